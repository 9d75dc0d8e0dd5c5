"""Checks and schemes of the sample run. Made up for the tests, clauses included."""

from __future__ import annotations

from auditor.api import CheckInfo, Grade, Indicator, Method, Rule, Scheme, Severity, Text

_MESSAGES = {
    "ipv6-aaaa-record": ("{host} 没有 AAAA 记录", "{host} has no AAAA record"),
    "ipv6-homepage": (
        "首页经 IPv6 地址 {address} 用时 {seconds} 秒，上限 {limit_s} 秒",
        "The home page took {seconds} s over IPv6 address {address}, limit {limit_s} s",
    ),
    "domain-site-code": ("网站标识码 {found} 与登记值 {register} 不一致",
                         "Site code {found} differs from the register's {register}"),
    "domain-icp": ("页脚没有 ICP 备案号", "The footer shows no ICP number"),
    "accessibility-axe-perceivable": ("{count} 个元素违反规则 {rule}",
                                      "{count} elements break rule {rule}"),
    "accessibility-image-text": ("图片缺少替代文字，地址 {url}", "Image without text: {url}"),
    "search-known-item": ("检索文章标题“{query}”，排名 {rank}，要求前 {limit}",
                          "Searching for “{query}” gave rank {rank}, wanted {limit}"),
    "search-latency": ("搜索用时 {seconds} 秒，超过 {limit_s} 秒",
                       "Search took {seconds} s, limit {limit_s}"),
    "columns-news": (
        "“{column}”栏目最新信息发布于 {newest_on}，至检测时已 {age_days} 天未更新，"
        "时限 {limit_days} 天",
        "Column “{column}” was last updated on {newest_on}, {age_days} days ago; "
        "the limit is {limit_days}",
    ),
    "columns-blank": ("“{column}”栏目为空白", "Column “{column}” is blank"),
    "site-dead-links": ("站内链接“{text}”指向 {target}，返回 {status}",
                        "In-site link “{text}” to {target} answers {status}"),
    "site-homepage": ("首页返回 {status}", "The home page answers {status}"),
    "site-encoding": ("声明编码 {declared} 与实际不符",
                      "Declared encoding {declared} does not fit"),
    "site-blocked": ("抓取被防护系统拦截", "The crawl was blocked"),
}  # fmt: skip

_TITLES = {
    "ipv6-aaaa-record": ("域名 IPv6 解析", "IPv6 address in DNS"),
    "ipv6-homepage": ("首页 IPv6 可访问", "Home page over IPv6"),
    "domain-site-code": ("网站标识码", "Site code"),
    "domain-icp": ("ICP 备案号", "ICP number"),
    "accessibility-axe-perceivable": ("可感知性（浏览器检测）", "Perceivable (browser)"),
    "accessibility-image-text": ("图片替代文字", "Image text"),
    "search-known-item": ("按标题能搜到文章", "Articles found by their titles"),
    "search-latency": ("搜索响应时间", "Search response time"),
    "columns-news": ("动态要闻类栏目更新", "News columns up to date"),
    "columns-blank": ("空白栏目", "Blank columns"),
    "site-dead-links": ("站内断链", "Dead links inside the site"),
    "site-homepage": ("首页可访问", "Home page reachable"),
    "site-encoding": ("页面编码", "Page encoding"),
    "site-blocked": ("访问受限", "Access restricted"),
}


def _info(check_id: str) -> CheckInfo:
    zh, en = _TITLES[check_id]
    return CheckInfo(
        id=check_id,
        family=check_id.split("-", 1)[0],
        title=Text(zh, en),
        why=Text(
            f"{zh}有问题时，公众难以取得所需的政府信息。",
            f"{en}: people cannot get the information.",
        ),
        fix=Text(
            f"请网站管理员检查“{zh}”相关设置，改正后用复核命令重新检测。",
            f"Check the settings for “{en}”, correct them and have the site rechecked.",
        ),
        messages={"problem": Text(*_MESSAGES[check_id])},
    )


CHECKS = {check_id: _info(check_id) for check_id in _TITLES}


def _indicator(key: str, zh: str, en: str, *checks: str, **more: object) -> Indicator:
    values: dict[str, object] = {
        "clause": Text("样例〔2019〕1号 第三条", "Sample 2019 no. 1, art. 3"),
        "grade": Grade.V,
        "severity": Severity.DEDUCTION,
    }
    return Indicator(id=key, name=Text(zh, en), checks=checks, **{**values, **more})  # type: ignore[arg-type]


VETO = _indicator(
    "veto-columns", "栏目不更新", "Columns not updated", "columns-news", "columns-blank",
    severity=Severity.VETO, rule=Rule.COUNT, threshold=5, group="单项否决",
    quote="样例条款原文：栏目应当及时更新。",
)  # fmt: skip
HISTORY = _indicator(
    "veto-unreachable", "站点无法访问", "Site unreachable", "site-homepage",
    severity=Severity.VETO, rule=Rule.HISTORY, group="单项否决",
)  # fmt: skip
DEAD = _indicator(
    "dead-links", "链接可用性", "Working links", "site-dead-links", points=1, cap=5,
    group="信息发布", quote="样例条款原文：不得有错断链。",
)  # fmt: skip
SEARCH = _indicator(
    "search", "搜索服务", "Search service", "search-known-item", "search-latency",
    points=2, cap=6, group="功能设计", grade=Grade.P,
)  # fmt: skip
IDENTITY = _indicator(
    "identity", "网站标识", "Site identity", "domain-site-code", "domain-icp", points=3, cap=6,
    group="功能设计",
)  # fmt: skip
CODING = _indicator(
    "encoding", "页面编码", "Encoding", "site-encoding", grade=Grade.L, group="功能设计"
)
A11Y = _indicator(
    "accessibility", "无障碍", "Accessibility", "accessibility-image-text",
    "accessibility-axe-perceivable", grade=Grade.R, points=9, cap=9, severity=Severity.ADVICE,
    group="无障碍", quote="这句引文未经核实，不得印出",
)  # fmt: skip
SPEED = _indicator(
    "fast-search", "搜索速度", "Search speed", "search-latency", grade=Grade.E,
    severity=Severity.ADVICE, group="无障碍",
)  # fmt: skip
IPV6 = _indicator("ipv6", "IPv6 改造", "IPv6", "ipv6-aaaa-record", "ipv6-homepage", grade=Grade.V)
HEALTH = _indicator("zc-search", "搜索即服务", "Search as a service", "search-known-item")

NATIONAL = Scheme(
    id="sample-national",
    version="2019",
    title=Text("样例全国指标", "Sample national scheme"),
    source=Text("样例〔2019〕1号（虚构）", "Sample 2019 no. 1 (made up)"),
    method=Method.POINTS,
    indicators=(VETO, HISTORY, DEAD, SEARCH, IDENTITY, CODING, A11Y, SPEED),
    pass_line=60.0,
    bonus_line=80.0,
    sha256="a" * 64,
)
DISTRICT = Scheme(
    id="sample-district",
    version="2019",
    title=Text("样例区县工作要点", "Sample district plan"),
    source=Text("样例办字〔2019〕2号（虚构）", "Sample office 2019 no. 2 (made up)"),
    method=Method.SHARE,
    indicators=(IPV6, HEALTH),
    sha256="b" * 64,
)
