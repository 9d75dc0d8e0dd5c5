"""What an assessment says about itself, in both languages."""

from __future__ import annotations

from collections.abc import Iterable

from auditor.model.finding import Text
from auditor.model.scheme import Indicator

#: The sentence that official monitoring practice wants for vetoes that need repeated probes.
HISTORY = Text(
    zh="监测样本不足，不作判定",
    en="Too few measurements over time: not judged.",
)
MANUAL = Text(
    zh="需人工判定，自动检测只提供线索",
    en="A person must judge; the audit only names candidates.",
)
NO_CHECK = Text(zh="需人工判定，本工具不检测", en="A person must judge; not measured here.")
NOT_MEASURED = Text(
    zh="未检测或检测不完整，不作判定", en="Not measured, or not completely: not judged."
)
CANT_TELL = Text(zh="待人工核查", en="A person must look at it.")
NOT_SCORED = Text(
    zh="已出现单项否决情形，不再评分", en="A veto was found; other indicators are not scored."
)
TYPE_NOT_SCORED = Text(
    zh="该指标体系只对部分类型的网站计分，本站不计分",
    en="This scheme scores some types of sites only; this one is not scored.",
)
ONCE = Text(
    zh="部分问题已按其他指标扣分，不重复扣分",
    en="Some issues were deducted under another indicator already and count once.",
)
HOME_NOT_OBSERVED = Text(
    zh="未能观测到首页，不作评定", en="The home page could not be observed: not assessed."
)
NOTHING_DECIDED = Text(zh="没有可判定的指标，不作评定", en="No indicator could be decided.")
NO_POINTS = Text(
    zh="扣分指标的分值未经核实，不计分，只列问题",
    en="The points of the deductions are not verified: problems are listed, not scored.",
)
NO_OFFICIAL_POINTS = Text(
    zh="原文件只列要求，未规定分值和合格线；所列为已检测要求的达标比例",
    en="The document lists requirements without points or a pass line; the figure is the share of "
    "measured requirements that are met.",
)
CRAWL_PARTIAL = Text(
    zh="采集未覆盖全站，不作合格判定", en="The crawl did not cover the whole site."
)
ALL_MET = Text(
    zh="未发现单项否决情形，达到合格要求", en="No veto was found and the line is reached."
)


def below_threshold(count: int, threshold: int) -> Text:
    """A counting veto whose threshold was not reached."""
    return Text(
        zh=f"发现{count}个，未达到{threshold}个", en=f"{count} found, fewer than {threshold}."
    )


def veto_found(item: Indicator) -> Text:
    """The reason for `unqualified`."""
    return Text(zh=f"单项否决：{item.name.zh}", en=f"Veto: {item.name.en}.")


def score_below(score: float, line: float) -> Text:
    """A fully scored sum below the pass line."""
    return Text(
        zh=f"得分{score:g}，低于合格线{line:g}分",
        en=f"Score {score:g}, below the line of {line:g}.",
    )


def share_below(score: float, line: float) -> Text:
    """A share of met requirements below the pass line."""
    return Text(zh=f"达标比例{score:.4g}%，低于{line:g}%", en=f"{score:.4g}% met, below {line:g}%.")


def low_coverage(coverage: float, wanted: float) -> Text:
    """Too little was measured for a verdict."""
    return Text(
        zh=f"检测覆盖率{coverage:.0%}，低于{wanted:.0%}",
        en=f"Coverage {coverage:.0%}, below {wanted:.0%}.",
    )


def undecided_vetoes(items: Iterable[Indicator], why: Text) -> Text:
    """Vetoes that this run cannot decide, and why."""
    named = tuple(items)
    return Text(
        zh=f"{why.zh}：{'、'.join(item.name.zh for item in named)}",
        en=f"{why.en.rstrip('.')}: {'; '.join(item.name.en for item in named)}.",
    )


def undecided_deductions(count: int) -> Text:
    """Scored indicators that could not be decided."""
    return Text(
        zh=f"{count}项扣分指标未能判定，得分为暂定",
        en=f"{count} scored indicators were not decided.",
    )
