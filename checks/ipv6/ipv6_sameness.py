"""ipv6-sameness: IPv6 visitors get the same page as IPv4 visitors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from auditor.api import Finding, Ipv6Endpoint, Ipv6Probe, Outcome, Reason, Text, check, msg
from checks.ipv6._common import endpoint_evidence, endpoint_subject, guarded, untested

MESSAGES = {
    "same": Text(
        zh="通过 IPv6 地址 {address} 与 IPv4 得到的首页一致（相似度 {percent}%）。",
        en="Over {address} the home page is the same as over IPv4 ({percent}% alike).",
    ),
    "different": Text(
        zh="通过 IPv6 地址 {address} 得到的首页与 IPv4 不同：相似度 {percent}%，低于 {limit}%"
        "（已扣除页面自身变化 {noise}%）；IPv6 标题“{title}”。",
        en="Over {address} the home page differs from IPv4: {percent}% alike, below {limit}% "
        "(the page's own changes of {noise}% are allowed for); its title over IPv6 is “{title}”.",
    ),
    "noisy": Text(
        zh="首页两次 IPv4 访问之间就相差 {noise}%，无法判断与 IPv6（相似度 {percent}%）是否一致。",
        en="Two IPv4 answers already differ by {noise}%, so sameness with IPv6 ({percent}% alike) "
        "cannot be judged.",
    ),
    "nothing-to-compare": Text(
        zh="没有同时通过 IPv4 和 IPv6 得到的首页，本项不适用。",
        en="There are no pages of both families to compare.",
    ),
}


@dataclass(frozen=True, slots=True)
class Params:
    """Thresholds. `alike`: least similarity, 0.9 as in internet.nl's published test. `max_noise`:
    share by which a page may differ from itself before nothing can be said."""

    alike: float = 0.90
    max_noise: float = 0.30


@check(
    id="ipv6-sameness",
    scope="site",
    title=Text(zh="IPv6 与 IPv4 内容一致", en="Same content on both families"),
    why=Text(
        zh="网信部门的评测要求首页 IPv6 与 IPv4 内容一致（据公开解读转述，未见合格值，"
        "本项阈值为工程取值）。常见缺陷是 IPv6 只返回服务器默认页或旧版页面。",
        en="The assessment asks that both families give the same home page (read in public "
        "explanations; the threshold is ours). Often IPv6 shows the server's default or an old "
        "page.",
    ),
    fix=Text(
        zh="让 IPv6 与 IPv4 指向同一站点配置和同一内容目录，检查 IPv6 上的默认虚拟主机。",
        en="Point both families at the same virtual host and content; look at the default host on "
        "IPv6.",
    ),
    messages=MESSAGES,
)
def ipv6_sameness(probe: Ipv6Probe, params: Params) -> Iterator[Finding]:
    """Compares the home page's text over IPv6 with IPv4.

    Why: the assessment counts it. How: visible text without numbers, dates and nonces; IPv4 is
    asked twice to learn the page's own noise, and a difference counts only when both families
    differ again back to back. Protection pages are no difference. It cannot see what scripts
    load. Fix: serve both families from one configuration.
    """
    judged: dict[str, Ipv6Endpoint] = {}
    for item in probe.of_family(6):
        if item.similarity is None:
            continue
        worst = judged.get(item.address)
        if worst is None or item.similarity < (worst.similarity or 0.0):
            judged[item.address] = item
    for item in judged.values():
        yield _judge(item, probe.noise, params)
    blocked = {item.address: item for item in probe.of_family(6) if guarded(item)}
    for address, item in blocked.items():
        if address not in judged:
            reason = item.reason or Reason.BLOCKED
            yield untested(reason, endpoint_subject(item), item.detail)
    if not judged and not blocked:
        yield Finding(Outcome.INAPPLICABLE, msg("nothing-to-compare"))


def _judge(item: Ipv6Endpoint, noise: float, params: Params) -> Finding:
    alike = item.similarity or 0.0
    values: dict[str, str | int] = {"address": item.address, "percent": _percent(alike)}
    subject, evidence = endpoint_subject(item), (endpoint_evidence(item),)
    if noise > params.max_noise and alike < params.alike:
        message = msg("noisy", noise=_percent(noise), **values)
        return Finding(Outcome.CANT_TELL, message, subject, evidence)
    if alike >= params.alike - noise:
        return Finding(Outcome.PASSED, msg("same", **values), subject, evidence)
    message = msg(
        "different",
        limit=_percent(params.alike),
        noise=_percent(noise),
        title=item.title[:60],
        **values,
    )
    return Finding(Outcome.FAILED, message, subject, evidence)


def _percent(share: float) -> int:
    return round(share * 100)
