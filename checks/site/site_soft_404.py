"""site-soft-404: addresses that do not exist are answered as such."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.api import (
    ErrorPage,
    ErrorPages,
    EvidenceRef,
    Finding,
    Outcome,
    Reason,
    Soft404Probe,
    Subject,
    SubjectKind,
    Text,
    check,
    msg,
)
from checks.site._common import URL_CHARS, untested

_HONEST = frozenset({404, 410})
MESSAGES = {
    "honest": Text(
        zh="不存在的地址返回 HTTP {status}，符合规范。",
        en="Addresses that do not exist are answered by HTTP {status}.",
    ),
    "answers-200": Text(
        zh="{host} 对不存在的地址也返回 HTTP 200，失效页面无法被识别。",
        en="{host} answers HTTP 200 for addresses that do not exist, so dead pages look alive.",
    ),
    "redirects": Text(
        zh="{host} 把不存在的地址跳转到 {target} 并返回 HTTP 200，失效页面无法被识别。",
        en="{host} sends visitors of addresses that do not exist to {target} with HTTP 200, so "
        "dead pages look alive.",
    ),
    "other-status": Text(
        zh="{host} 对不存在的地址返回 HTTP {status}，应为 404，请人工核对。",
        en="{host} answers HTTP {status} for addresses that do not exist; 404 is due. Please look.",
    ),
    "error-page": Text(
        zh="链接“{text}”打开的是错误提示页（HTTP 200）：{url}。",
        en="The link “{text}” opens an error page (HTTP 200): {url}.",
    ),
    "same-page": Text(
        zh="链接“{text}”打开的内容与不存在的地址相同：{url}，请人工核对。",
        en="The link “{text}” opens what addresses that do not exist open: {url}. Please look.",
    ),
}


@check(
    id="site-soft-404",
    scope="site",
    title=Text(zh="软404（错误页返回200）", en="Error pages answered as found"),
    why=Text(
        zh="不存在的页面返回 200，死链监测和搜索引擎都会误以为页面有效，失效链接长期无人发现"
        "（网站监测通行做法，作提示）。",
        en="When missing pages answer 200, monitors and search engines take them for good ones and "
        "nobody finds the dead links (monitoring practice; advice).",
    ),
    fix=Text(
        zh="让错误页返回 HTTP 404 状态码，不要跳转到首页；自定义错误页可保留，但状态码须为 404。",
        en="Answer missing pages by status 404 (a page of your own design is fine), and do not "
        "redirect them to the home page.",
    ),
    messages=MESSAGES,
)
def site_soft_404(probe: Soft404Probe, pages: ErrorPages) -> Iterator[Finding]:
    """Asks for a page and a folder that cannot exist, and finds crawled pages that look the same.

    Why: soft 404s hide dead links. How: both impossible addresses must be answered by 200 to fail;
    a crawled page with the same main text is a dead link in disguise where its text says so, else
    for a person. Fix: status 404.
    """
    if probe.reason is not None:
        yield untested(probe.reason)
    elif not probe.status:
        yield untested(Reason.NOT_GATHERED)
    else:
        yield _judge(probe)
    for page in pages.pages:
        yield _error_page(page)


def _judge(probe: Soft404Probe) -> Finding:
    subject = Subject(SubjectKind.HOST, probe.host)
    evidence = tuple(
        EvidenceRef(url=url, captured_at=probe.captured_at, excerpt=f"HTTP {probe.status}")
        for url in probe.urls
    )
    if probe.status in _HONEST:
        return Finding(Outcome.PASSED, msg("honest", status=probe.status), subject, evidence)
    if probe.status != 200:
        message = msg("other-status", host=probe.host, status=probe.status)
        return Finding(Outcome.CANT_TELL, message, subject, evidence)
    message = msg("answers-200", host=probe.host)
    if probe.redirects_to:
        message = msg("redirects", host=probe.host, target=probe.redirects_to[:URL_CHARS])
    return Finding(Outcome.FAILED, message, subject, evidence)


def _error_page(page: ErrorPage) -> Finding:
    evidence = EvidenceRef(
        url=page.url,
        captured_at=page.captured_at,
        sha256=page.sha256,
        excerpt=page.title,
        parent_url=page.parent_url,
        link_text=page.parent_text[:100],
    )
    key = "error-page" if page.says_so else "same-page"
    outcome = Outcome.FAILED if page.says_so else Outcome.CANT_TELL
    message = msg(key, text=(page.parent_text or "—")[:40], url=page.url[:URL_CHARS])
    subject = Subject(SubjectKind.LINK, page.url)
    return Finding(outcome, message, subject, (evidence,), cause=page.url)
