"""Options that several commands share. Loads nothing of the auditor, so that `--help` is fast."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

ConfigOption = Annotated[
    Path | None,
    typer.Option("-c", "--config", help="config.yaml; without it the defaults.", metavar="FILE"),
]
DatabaseOption = Annotated[
    str | None,
    typer.Option("--database", help="Results database (sqlite:///… or postgresql+psycopg://…)."),
]
OutOption = Annotated[
    Path | None, typer.Option("-o", "--out", help="Folder for the reports.", metavar="OUT")
]
FormatOption = Annotated[
    list[str] | None,
    typer.Option("--format", help="html, json, csv, xlsx; may be repeated.", metavar="FORMAT"),
]
LangOption = Annotated[
    str | None, typer.Option("--lang", help="Language of the reports: zh-CN or en.")
]
SiteOption = Annotated[
    list[str] | None, typer.Option("--site", help="Only this site id; may be repeated.")
]
FamilyOption = Annotated[
    list[str] | None, typer.Option("--family", help="Only this family of checks; repeatable.")
]
CheckOption = Annotated[
    list[str] | None, typer.Option("--check", help="Only this check; may be repeated.")
]
NoBrowserOption = Annotated[
    bool, typer.Option("--no-browser", help="Do without Chromium; its checks are untested.")
]
MaxPagesOption = Annotated[int | None, typer.Option("--max-pages", help="Pages per site.", min=1)]
WorkersOption = Annotated[
    int | None, typer.Option("--workers", help="Audit in so many processes (default: 1).", min=1)
]
AsOfOption = Annotated[
    str | None, typer.Option("--as-of", help="Day of judgement, YYYY-MM-DD (default: today).")
]
ResumeOption = Annotated[
    str | None, typer.Option("--resume", help="Go on with a run: its id, or `last`.", metavar="RUN")
]
FailOnOption = Annotated[
    str | None,
    typer.Option("--fail-on", help="Exit 1 on: veto, new, score<N (comma separated)."),
]
SchemeOption = Annotated[
    list[str] | None, typer.Option("--scheme", help="Scheme id or YAML file; may be repeated.")
]
PlainOption = Annotated[bool, typer.Option("--no-progress", help="Plain lines instead of bars.")]
RunArgument = Annotated[str, typer.Argument(help="Run id, or `last`.", metavar="RUN")]
OtherSchemeOption = Annotated[
    list[str] | None, typer.Option("--scheme", help="Other schemes than the run's.")
]
