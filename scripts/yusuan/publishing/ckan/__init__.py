"""The target CKAN: datasets of an open-data portal, by its Action API."""
