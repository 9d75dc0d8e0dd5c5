"""Several worker processes: what must be there before a round begins, and `auditor worker`, which
lends a machine to the rounds of others."""

from __future__ import annotations

import asyncio
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from auditor.cli.errors import EnvironmentProblem, Exit, UsageProblem, leave

if TYPE_CHECKING:
    from auditor.config import Settings


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("worker")(worker)


def worker(
    scheduler: Annotated[str, typer.Argument(help="Its address: tcp://host:8786.")],
) -> None:
    """Join the cluster of a Dask scheduler and audit what rounds with `engine.scheduler` send.

    Each machine needs this program in the same version, the PostgreSQL database and the report
    folder of the rounds. Whoever reaches the scheduler's port can run programs on the workers:
    keep it inside a network that you trust, or use tls://. Runs until Ctrl-C.
    """
    _need_distributed("A worker needs")
    leave(asyncio.run(_work(scheduler)))


async def _work(scheduler: str) -> Exit:
    from auditor.cli.stopping import handling_signals
    from auditor.engine.dask_worker import serve

    with handling_signals(lambda: None) as signals:
        try:
            await serve(scheduler, signals.stop.event)
        except ValueError as error:
            raise UsageProblem(f"{scheduler} is not the address of a scheduler: {error}") from error
        return signals.code or Exit.DONE


def refuse_cluster(settings: Settings) -> None:
    """Stop when the settings ask for several processes and something for it is missing."""
    engine = settings.engine
    if not engine.spreads:
        return
    _need_distributed("Several worker processes need")
    if engine.scheduler and settings.database.startswith("sqlite") and _is_far(engine.scheduler):
        raise UsageProblem(
            "Workers on other machines cannot share an SQLite file: with engine.scheduler set "
            "`database` to a PostgreSQL server."
        )


def _is_far(scheduler: str) -> bool:
    host = (urlsplit(scheduler).hostname or "").lower()
    return not (host == "localhost" or host == "::1" or host.startswith("127."))


def _need_distributed(who: str) -> None:
    if find_spec("distributed") is None:
        raise EnvironmentProblem(
            f"{who} the package distributed: install it with {sys.executable} -m pip install "
            "'distributed>=2026.8', or audit in one process (engine.workers: 1)."
        )
