"""A forecast as a table for people, in both languages, and as JSON for programs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict

from rich.console import Console
from rich.table import Table
from rich.text import Text as Line

from auditor.engine.forecast import Forecast, Problem, SiteForecast
from auditor.engine.forecast.advice import size_text, span
from auditor.model.finding import Text
from auditor.model.site import SHANGHAI

#: Sites listed in the table, the slowest first, and shared addresses below it.
_ROWS = 40
_ADDRESSES = 10
#: Columns of output that goes into a file or a pipe.
_WIDE = 160
_TEXTS = {
    "site": Text(zh="网站", en="site"),
    "pages": Text(zh="页面", en="pages"),
    "requests": Text(zh="请求", en="requests"),
    "time": Text(zh="耗时", en="time"),
    "disk": Text(zh="磁盘", en="disk"),
    "basis": Text(zh="依据", en="basis"),
    "budget": Text(zh="没有抓取记录，按 crawl.max_pages", en="no crawl yet: crawl.max_pages"),
    "last": Text(zh="上次抓取 {day}", en="crawl of {day}"),
    "more": Text(
        zh="…另有 {n} 个更快的网站，--json 列出全部",
        en="… and {n} quicker sites; --json lists all",
    ),
    "shared": Text(
        zh="{sites} 个网站共用地址 {address}：{requests} 次请求，约 {time}",
        en="{sites} sites share {address}: {requests} requests, about {time}",
    ),
    "total": Text(
        zh="合计：{sites} 个网站，{pages} 页，{requests} 次请求，磁盘约 {disk}，整轮约 {time}",
        en="In all: {sites} sites, {pages} pages, {requests} requests, about {disk} of disk; "
        "the round takes about {time}",
    ),
    "unseen": Text(
        zh="{n} 个网站没有解析出地址；如与其他网站共用地址，会更慢",
        en="{n} sites have no known address; those that share one will take longer",
    ),
    "fits": Text(zh="能够完成。", en="It can be finished."),
    "misses": Text(zh="不能完成", en="Will not be finished"),
    "perhaps": Text(zh="可能不能完成（按上限估计）", en="May not be finished (by the budget)"),
    "remedy": Text(zh="办法：{text}", en="remedy: {text}"),
}


def plan_json(
    found: Forecast, problems: Sequence[Problem], within_s: float | None
) -> dict[str, object]:
    """The forecast as plain data; durations in seconds, sizes in bytes."""
    return {
        "schema": "auditor-plan/1",
        "sites": [_site(item) for item in found.sites],
        "shared_addresses": [asdict(item) for item in found.addresses],
        "total": {
            "sites": len(found.sites),
            "pages": found.pages,
            "requests": found.requests,
            "seconds": round(found.seconds),
            "cpu_seconds": round(found.cpu_s),
            "browser_seconds": round(found.browser_s),
            "disk_bytes": found.disk_bytes,
            "unresolved": found.unresolved,
        },
        "within_seconds": within_s,
        "fits": not problems,
        "problems": [asdict(item) for item in problems],
        "assumptions": asdict(found.assumptions),
    }


def _site(item: SiteForecast) -> dict[str, object]:
    known, work = item.history, item.work
    return {
        "id": item.site.id,
        "name": item.site.name,
        "host": item.site.host,
        "address": item.address,
        "basis": "last-crawl" if known else "max-pages",
        "last_crawl": known and {"run": known.run_id, "started_at": known.started_at.isoformat()},
        "pages": work.pages,
        "requests": work.requests,
        "outside_requests": work.outside,
        "renders": work.renders,
        "interval_s": round(work.interval_s, 3),
        "crawl_seconds": round(item.crawl_s),
        "seconds": round(item.seconds),
        "alone_seconds": round(item.alone_s),
        "disk_bytes": work.disk_bytes,
    }


def print_plan(found: Forecast, problems: Sequence[Problem], lang: str) -> None:
    """Print the forecast, what will not be finished last."""
    texts = {key: _said(text, lang) for key, text in _TEXTS.items()}
    width = None if sys.stdout.isatty() else _WIDE
    console = Console(markup=False, highlight=False, emoji=False, width=width)

    def show(line: str) -> None:
        console.print(Line(line), soft_wrap=True)

    console.print(_table(found, texts))
    if len(found.sites) > _ROWS:
        show(texts["more"].format(n=len(found.sites) - _ROWS))
    show("")
    _show_totals(show, found, texts)
    for problem in problems:
        kind = texts["misses" if problem.certain else "perhaps"]
        place = f" {_clean(problem.site)}" if problem.site else ""
        show(f"{kind}{place}: {_said(problem.what, lang)}")
        show("  " + texts["remedy"].format(text=_said(problem.remedy, lang)))
    if not problems:
        show(texts["fits"])


def _table(found: Forecast, texts: Mapping[str, str]) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column(texts["site"], overflow="fold")
    for name in ("pages", "requests", "time", "disk"):
        table.add_column(texts[name], justify="right", no_wrap=True)
    table.add_column(texts["basis"], overflow="fold")
    for item in sorted(found.sites, key=lambda item: (-item.seconds, item.site.id))[:_ROWS]:
        table.add_row(
            Line(_clean(f"{item.site.id} {item.site.name}")),
            str(item.work.pages),
            str(item.work.requests + item.work.outside),
            span(item.seconds),
            size_text(item.work.disk_bytes),
            _basis(item, texts),
        )
    return table


def _basis(item: SiteForecast, texts: Mapping[str, str]) -> str:
    if item.history is None:
        return texts["budget"]
    return texts["last"].format(day=f"{item.history.started_at.astimezone(SHANGHAI):%Y-%m-%d}")


def _show_totals(show: Callable[[str], None], found: Forecast, texts: Mapping[str, str]) -> None:
    for shared in found.addresses[:_ADDRESSES]:
        show(
            texts["shared"].format(
                sites=shared.sites,
                address=shared.address,
                requests=shared.requests,
                time=span(shared.seconds),
            )
        )
    if found.unresolved:
        show(texts["unseen"].format(n=found.unresolved))
    show(
        texts["total"].format(
            sites=len(found.sites),
            pages=found.pages,
            requests=found.requests,
            disk=size_text(found.disk_bytes),
            time=span(found.seconds),
        )
    )


def _said(text: Text, lang: str) -> str:
    return text.en if lang == "en" else text.zh


def _clean(text: str) -> str:
    """Names from the register cannot steer the terminal."""
    return "".join(letter for letter in text if letter.isprintable())
