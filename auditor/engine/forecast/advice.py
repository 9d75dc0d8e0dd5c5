"""What will not be finished, and which settings would change that. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from auditor.config import Settings
from auditor.engine.forecast.rounds import Forecast, SiteForecast
from auditor.model.finding import Text

#: Estimates are rough: what comes closer than this to its limit is named, too.
_STEP_S = 600


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that will not be finished. `kind`: site-time | round-time | disk; `site` is "" for
    the whole round; `certain` is False where the size of a site is a budget and not a count."""

    kind: str
    site: str
    certain: bool
    what: Text
    remedy: Text


def problems_of(
    settings: Settings, found: Forecast, *, within_s: float | None, free_bytes: int | None
) -> tuple[Problem, ...]:
    """Every limit that the round will run into. `within_s`: the window that the round has;
    `free_bytes`: free disk where database and evidence go, None when it is not known."""
    problems = list(_sites_cut_short(settings, found))
    if within_s is not None and found.seconds > within_s:
        problems.append(_too_long(settings, found, within_s))
    if free_bytes is not None and found.disk_bytes > free_bytes:
        problems.append(_disk(found, free_bytes))
    return tuple(problems)


def _sites_cut_short(settings: Settings, found: Forecast) -> Iterator[Problem]:
    limit_s = settings.crawl.max_seconds
    for item in found.sites:
        if item.crawl_s <= limit_s:
            continue
        reached = math.floor(item.work.pages * limit_s / item.crawl_s)
        enough = math.ceil(item.crawl_s / _STEP_S) * _STEP_S
        left = item.work.pages - reached
        yield Problem(
            kind="site-time",
            site=item.site.id,
            certain=item.history is not None,
            what=Text(
                zh=f"抓取约需 {span(item.crawl_s)}，超过 crawl.max_seconds（{span(limit_s)}）："
                f"{item.work.pages} 页中约有 {left} 页抓不到",
                en=f"the crawl takes about {span(item.crawl_s)}, crawl.max_seconds allows "
                f"{span(limit_s)}: about {left} of {item.work.pages} pages will be left",
            ),
            remedy=_site_remedy(settings, item, enough, reached),
        )


def _site_remedy(settings: Settings, item: SiteForecast, enough: int, reached: int) -> Text:
    wait = item.work.interval_s
    zh = [f"crawl.max_seconds: {enough}", f"或 crawl.max_pages: {max(reached, 1)}"]
    en = [f"crawl.max_seconds: {enough}", f"or crawl.max_pages: {max(reached, 1)}"]
    if item.seconds > 1.2 * item.alone_s:
        zh.append("或分批检测共用同一地址的网站（--site）")
        en.append("or audit the sites of its address in batches (--site)")
    elif wait > settings.politeness.delay_s:
        zh.append(f"该站响应慢或 robots.txt 要求间隔（每次请求相隔约 {wait:.1f} 秒），调小延时无效")
        en.append(
            f"the site is slow or its robots.txt asks for a delay ({wait:.1f} s between requests): "
            "a smaller delay_s does not help"
        )
    else:
        zh.append("或在对方同意后调小 politeness.delay_s")
        en.append("or, with the owner's consent, a smaller politeness.delay_s")
    return Text(zh="；".join(zh), en="; ".join(en))


def _too_long(settings: Settings, found: Forecast, within_s: float) -> Problem:
    return Problem(
        kind="round-time",
        site="",
        certain=all(item.history is not None for item in found.sites),
        what=Text(
            zh=f"整轮约需 {span(found.seconds)}，超过给定的 {span(within_s)}",
            en=f"the round takes about {span(found.seconds)}, the window is {span(within_s)}",
        ),
        remedy=_round_remedy(settings, found),
    )


def _round_remedy(settings: Settings, found: Forecast) -> Text:
    """Advice for the bottleneck."""
    if found.browser_s >= found.seconds:
        return Text(
            zh="浏览器最慢：减小 browser.max_renders，或增加 browser.workers（每个约 0.5 GB 内存）",
            en="the browser is the bottleneck: lower browser.max_renders, or raise "
            "browser.workers (each takes about 0.5 GB)",
        )
    if found.cpu_s >= found.seconds:
        workers = settings.engine.workers + 1
        return Text(
            zh=f"本机处理器最慢：engine.workers: {workers} 或更多",
            en=f"this machine's CPU is the bottleneck: engine.workers: {workers} or more",
        )
    slowest = max(found.sites, key=lambda item: item.seconds)
    shared = next((item for item in found.addresses if item.address == slowest.address), None)
    if shared is not None and slowest.seconds > 1.2 * slowest.alone_s:
        return Text(
            zh=f"{shared.sites} 个网站共用 {shared.address}，共 {shared.requests} 次请求，共享一份"
            "访问配额：分几天检测，或在平台方同意后调大 politeness.per_ip、调小 delay_s",
            en=f"{shared.sites} sites share {shared.address} ({shared.requests} requests on one "
            "budget): spread them over several windows or, with the platform's consent, raise "
            "politeness.per_ip or lower delay_s",
        )
    return Text(
        zh=f"最慢的是 {slowest.site.id}（{slowest.work.pages} 页）：减小 crawl.max_pages、"
        "crawl.max_seconds，或把它单独安排",
        en=f"the slowest is {slowest.site.id} ({slowest.work.pages} pages): lower crawl.max_pages "
        "or crawl.max_seconds, or give it a window of its own",
    )


def _disk(found: Forecast, free_bytes: int) -> Problem:
    need, free = size_text(found.disk_bytes), size_text(free_bytes)
    return Problem(
        kind="disk",
        site="",
        certain=all(item.history is not None for item in found.sites),
        what=Text(
            zh=f"约需磁盘 {need}，只剩 {free}", en=f"needs about {need} of disk, {free} free"
        ),
        remedy=Text(
            zh="evidence.store: cited 或 none，evidence.screenshots: false，或换更大的磁盘",
            en="evidence.store: cited or none, evidence.screenshots: false, or a larger disk",
        ),
    )


def span(seconds: float) -> str:
    """A duration as people say it, in a form that both languages read: 45s, 12min, 3h20min."""
    if seconds < 90:
        return f"{seconds:.0f}s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes}min"
    days, rest = divmod(minutes, 24 * 60)
    hours, rest = divmod(rest, 60)
    return (f"{days}d" if days else "") + f"{hours}h" + (f"{rest:02d}min" if not days else "")


def size_text(count: int) -> str:
    """A number of bytes as people say it."""
    for unit, size in (("GB", 10**9), ("MB", 10**6)):
        if count >= size:
            return f"{count / size:.1f} {unit}"
    return f"{count / 1000:.0f} KB"
