"""domain-gov-mark: the home page carries the mark of party and government bodies."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.api import Finding, HomePage, Outcome, Site, SiteIdentity, SiteType, Text, check, msg
from checks.domain._common import host_subject
from checks.domain._identity import IDENTITY_MESSAGES, absence, footer_evidence

MESSAGES = {
    **IDENTITY_MESSAGES,
    "shown": Text(zh="首页有党政机关（事业单位）网站标识。", en="The home page carries the mark."),
    "missing": Text(
        zh="首页没有党政机关网站标识。",
        en="The home page lacks the mark of party and government bodies.",
    ),
    "invalid": Text(
        zh="网站标识显示为无效状态（red_error），说明标识不属于本域名或已失效。",
        en="The mark is shown as invalid (red_error): it belongs to another host, or has lapsed.",
    ),
    "blue": Text(
        zh="网站使用事业单位标识（蓝色），而台账登记为政府网站，请核实。",
        en="The site carries the blue mark of institutions, but is registered as a government "
        "site; please check.",
    ),
}


@check(
    id="domain-gov-mark",
    scope="site",
    title=Text(zh="党政机关网站标识", en="Government mark"),
    why=Text(
        zh="标识由机构编制部门核发，点击可核验主办单位，用于识别假冒政府网站。"
        "（国办发〔2017〕47号页脚要素，条文待核实，作提示。）",
        en="The mark is issued by the staffing authority and tells real government sites from "
        "forged ones. (国办发〔2017〕47号, wording to be verified; advice.)",
    ),
    fix=Text(
        zh="向机构编制部门申请标识，把核发的代码原样放入全站页脚；域名变更后重新办理。",
        en="Apply for the mark and put the issued code into the footer; apply again when the "
        "domain changes.",
    ),
    messages=MESSAGES,
)
def domain_gov_mark(site: Site, identity: SiteIdentity, home: HomePage) -> Iterator[Finding]:
    """Looks for the mark on the home page: its script, its picture, or its link.

    Why: footer element of 国办发〔2017〕47号. How: scripts are read after `unescape`, since one
    usually writes the mark. Whether the registry knows this host shows only in a browser. Fix:
    install the issued code.
    """
    mark = identity.home.gov_mark
    if mark is None:
        yield absence(site, identity, home, "gov_mark", msg("missing"))
        return
    outcome, key = Outcome.PASSED, "shown"
    if mark == "red_error":
        outcome, key = Outcome.FAILED, "invalid"
    elif mark == "blue" and site.type is not SiteType.INSTITUTION:
        outcome, key = Outcome.CANT_TELL, "blue"
    evidence = (footer_evidence(home, f"{mark} {identity.home.gov_mark_url}".strip()),)
    yield Finding(outcome, msg(key), host_subject(site.host), evidence)
