"""How good a translation or an alignment is: metrics with signatures, significance, reports.

Names are loaded when they are first used: sacreBLEU and jinja2 cost time that ``muwazi --help`` must not pay.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from muwazi.eval.evaluation import evaluate
    from muwazi.eval.significance import Comparison, compare
    from muwazi.eval.types import ArticleScore, Evaluation, Interval, Score, SentenceScore

_WHERE = {
    "compare": "significance",
    "evaluate": "evaluation",
    "ArticleScore": "types",
    "Comparison": "significance",
    "Evaluation": "types",
    "Interval": "types",
    "Score": "types",
    "SentenceScore": "types",
}

__all__ = ["ArticleScore", "Comparison", "Evaluation", "Interval", "Score", "SentenceScore", "compare", "evaluate"]


def __getattr__(name: str) -> Any:
    if name in _WHERE:
        return getattr(importlib.import_module(f"{__name__}.{_WHERE[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
