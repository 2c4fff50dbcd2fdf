"""Serving packages or a store over HTTP: a SPARQL 1.1 endpoint, pages, and IRIs that answer.

It only reads. Every query is evaluated in a process of its own (`pool`, `worker`), which can be
stopped; the process that speaks HTTP holds no triples.
"""

from yusuan.serving.running import serve
from yusuan.serving.settings import Settings

__all__ = ["Settings", "serve"]
