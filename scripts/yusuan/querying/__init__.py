"""Questions over many disclosures: SPARQL over packages, over a store on disk, over an endpoint.

It serves nobody over HTTP; see `serving`.
"""

from yusuan.querying.answers import Answer, Cell, Rows, Statements, Truth
from yusuan.querying.asking import ask, evaluate, hints, holding, misread
from yusuan.querying.charting import Chart, Drawing, draw
from yusuan.querying.endpoint import ask_endpoint
from yusuan.querying.formats import BINARY, FORMATS, render
from yusuan.querying.questions import PARAMETERS, Question, question, questions
from yusuan.querying.sources import Dataset, Source, open_sources, own_base, prefixes_of
from yusuan.querying.wording import declare

__all__ = [
    "BINARY",
    "FORMATS",
    "PARAMETERS",
    "Answer",
    "Cell",
    "Chart",
    "Dataset",
    "Drawing",
    "Question",
    "Rows",
    "Source",
    "Statements",
    "Truth",
    "ask",
    "ask_endpoint",
    "declare",
    "draw",
    "evaluate",
    "hints",
    "holding",
    "misread",
    "open_sources",
    "own_base",
    "prefixes_of",
    "question",
    "questions",
    "render",
]
