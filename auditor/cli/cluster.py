"""Several worker processes: what must be there before a round begins."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from urllib.parse import urlsplit

from auditor.cli.errors import EnvironmentProblem, UsageProblem
from auditor.config import Settings


def refuse_cluster(settings: Settings) -> None:
    """Stop when the settings ask for several processes and something for it is missing."""
    engine = settings.engine
    if not engine.spreads:
        return
    if find_spec("distributed") is None:
        raise EnvironmentProblem(
            "Several worker processes need the package distributed: install it with "
            f"{sys.executable} -m pip install 'distributed>=2026.8', or set engine.workers: 1."
        )
    if engine.scheduler and settings.database.startswith("sqlite") and _is_far(engine.scheduler):
        raise UsageProblem(
            "Workers on other machines cannot share an SQLite file: with engine.scheduler set "
            "`database` to a PostgreSQL server."
        )


def _is_far(scheduler: str) -> bool:
    host = (urlsplit(scheduler).hostname or "").lower()
    return not (host == "localhost" or host == "::1" or host.startswith("127."))
