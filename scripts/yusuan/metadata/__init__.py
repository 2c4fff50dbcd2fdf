"""What tells others what a package holds: CSVW, RML and R2RML, DCAT, schema.org, Croissant.

All of it is derived from the descriptor and the tables; it makes no triple of a row.
"""
