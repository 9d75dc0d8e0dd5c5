"""Schemes (which law asks for what) and the arithmetic of verdicts; both pure after loading."""

from __future__ import annotations

from auditor.score.assess import assess
from auditor.score.schemes import load_schemes
from auditor.score.weigh import weigh

__all__ = ["assess", "load_schemes", "weigh"]
