"""SPARQL rewritten to SQL over the tables, by the mapping that the descriptor states.

What SQL does not answer the very same is not rewritten: `Untranslatable` says so, and whoever asks
puts the query to the triples instead. It reads no store and runs no SQL.
"""

from yusuan.querying.rewriting.algebra import Rewritten, rewrite
from yusuan.querying.rewriting.patterns import Mappings, Tables
from yusuan.querying.rewriting.terms import Term, Untranslatable

__all__ = ["Mappings", "Rewritten", "Tables", "Term", "Untranslatable", "rewrite"]
