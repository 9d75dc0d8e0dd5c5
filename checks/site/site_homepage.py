"""site-homepage: the home page opens, as of one visit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from auditor.api import (
    FetchRecord,
    Finding,
    HomeFetch,
    Message,
    Outcome,
    Reason,
    Subject,
    SubjectKind,
    Text,
    check,
    fetch_evidence,
    msg,
)

#: Answers of protection and of limits: about us, not about the site.
_GUARDED = frozenset({401, 403, 405, 407, 412, 429, 451, 521})
#: What the visit proves about the site: the name is gone, has no address, or nobody listens.
_PROVEN = frozenset({Reason.NXDOMAIN, Reason.NO_ADDRESS, Reason.REFUSED})
#: No page came, and it may be the site's or the network's fault.
_OPEN = frozenset({Reason.TIMEOUT, Reason.RESET, Reason.TLS, Reason.PROTOCOL, Reason.EMPTY})
MESSAGES = {
    "opens": Text(
        zh="首页正常打开（HTTP {status}，{seconds} 秒）。",
        en="The home page opens (HTTP {status}, {seconds} s).",
    ),
    "slow": Text(
        zh="首页 {tries} 次访问均用时 {limit} 秒以上（最近一次 {seconds} 秒），请人工复核。",
        en="The home page took longer than {limit} s in {tries} tries (last {seconds} s); please "
        "look.",
    ),
    "error-status": Text(
        zh="首页返回错误 HTTP {status}（共访问 {tries} 次）。",
        en="The home page answers HTTP {status} ({tries} tries).",
    ),
    "refused-status": Text(
        zh="首页拒绝访问（HTTP {status}），可能是防护所致，请人工核查。",
        en="The home page refuses visitors (HTTP {status}), perhaps by protection; please look.",
    ),
    "not-reached": Text(
        zh="首页打不开（{seen}，共访问 {tries} 次）。",
        en="The home page does not open ({seen}, {tries} tries).",
    ),
    "odd-answer": Text(
        zh="首页的应答不符合 HTTP 规范（{seen}），但浏览器能打开；请检查服务器或代理的设置。",
        en="The home page's answer is no proper HTTP ({seen}), yet a browser opens it; please look "
        "at the server's or proxy's settings.",
    ),
    "no-answer": Text(
        zh="首页 {tries} 次访问均未成功（{seen}），可能是网站或网络问题，请换网络复核。",
        en="The home page failed in {tries} tries ({seen}); the site or the network is at fault. "
        "Please try from another network.",
    ),
}


@dataclass(frozen=True, slots=True)
class Params:
    """`limit_s`: after so many seconds veto 2 of 国办秘函〔2019〕19号 counts a visit as failed."""

    limit_s: float = 15.0


@check(
    id="site-homepage",
    scope="site",
    title=Text(zh="首页打不开（单次）", en="Home page opens (single visit)"),
    why=Text(
        zh="国办秘函〔2019〕19号单项否决第2项按一周多次监测计算打不开的比例；"
        "单次访问只作提示，不作判定。",
        en="Veto 2 of 国办秘函〔2019〕19号 counts failures over a week of visits; one visit only "
        "hints.",
    ),
    fix=Text(
        zh="检查域名解析、服务器、带宽和证书；错误页请查看服务器日志。",
        en="Check the name's records, the server, its line and certificate, and the server's log.",
    ),
    messages=MESSAGES,
)
def site_homepage(home: HomeFetch, params: Params) -> Iterator[Finding]:
    """Opens the home page, up to three times some seconds apart while it fails.

    Why: a first sign of veto 2 of 国办秘函〔2019〕19号. How: an error status, a missing name or a
    refused connection in the last of the tries is failed; timeouts, resets and TLS errors are for
    a person, and so are answers that are no proper HTTP (a browser is asked whether it opens
    them); protection and faults of our own network are not tested. Fix: name, server, line.
    """
    last, tries = home.last, len(home.attempts)
    subject = Subject(SubjectKind.PAGE, last.final_url or last.url)
    outcome, message = _judge(last, tries, params)
    if home.browser_opens:
        message = msg("odd-answer", seen=last.detail)
    yield Finding(outcome, message, subject, (fetch_evidence(last),))


def _judge(last: FetchRecord, tries: int, params: Params) -> tuple[Outcome, Message]:
    if last.reason in _PROVEN:
        return Outcome.FAILED, msg("not-reached", seen=last.reason.value, tries=tries)
    if last.reason in _OPEN:
        return Outcome.CANT_TELL, msg("no-answer", seen=last.reason.value, tries=tries)
    if last.reason is not None:
        return Outcome.UNTESTED, msg("untested", reason=last.reason.value, detail=last.detail)
    if last.status in _GUARDED:
        return Outcome.CANT_TELL, msg("refused-status", status=last.status)
    if last.status >= 400:
        return Outcome.FAILED, msg("error-status", status=last.status, tries=tries)
    seconds = round(last.seconds, 1)
    if last.seconds >= params.limit_s:
        message = msg("slow", tries=tries, limit=round(params.limit_s), seconds=seconds)
        return Outcome.CANT_TELL, message
    return Outcome.PASSED, msg("opens", status=last.status, seconds=seconds)
