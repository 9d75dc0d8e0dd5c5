"""Articles of the made-up district: put together from word lists, never by chance.

Everything follows from the specification, the day of judgement and a running number, so that two
starts give the same bytes and the truth file stays true.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from auditor.demo._paths import article_path
from auditor.demo._spec import ColumnSpec, SiteSpec, read_data


@dataclass(frozen=True, slots=True)
class Article:
    """One article. `day` is the date that lists and page print; `extra` holds what only its
    template knows (document number, letter, attachment, peculiarities)."""

    number: int
    title: str
    day: date
    clock: str
    source: str
    column: ColumnSpec
    path: str
    paragraphs: tuple[str, ...]
    pinned: bool = False
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def stamp(self) -> str:
        """Publication time in the form that 国办发〔2017〕47号 asks for."""
        return f"{self.day:%Y-%m-%d} {self.clock}"


@lru_cache(maxsize=1)
def _words() -> dict[str, Any]:
    words: dict[str, Any] = read_data("words.yaml")
    return words


@lru_cache(maxsize=1)
def _specials() -> list[dict[str, Any]]:
    specials: list[dict[str, Any]] = read_data("specials.yaml")
    return specials


def site_articles(site: SiteSpec, as_of: date) -> dict[str, tuple[Article, ...]]:
    """Articles of every listed column by slug, pinned ones first, then newest first."""
    maker = _Maker(site, as_of)
    found: dict[str, list[Article]] = {}
    for column in site.columns:
        if column.listed:
            found[column.slug] = list(maker.column(column))
    maker.explain(found)
    for special in _specials():
        if special["site"] == site.id:
            found[special["column"]].append(maker.special(special))
    return {slug: tuple(sorted(items, key=_order)) for slug, items in found.items()}


def _order(article: Article) -> tuple[bool, int, int]:
    return (not article.pinned, -article.day.toordinal(), article.number)


class _Maker:
    """Makes the articles of one site, no two with the same title."""

    def __init__(self, site: SiteSpec, as_of: date) -> None:
        self._site = site
        self._as_of = as_of
        self._number = 1000 + site.seed * 37
        self._titles: set[str] = set()

    def column(self, column: ColumnSpec) -> Iterator[Article]:
        """The ordinary entries of a column, newest first."""
        if column.kind == "interpretation":
            return
        for place in range(column.items):
            day = self._as_of - timedelta(days=column.newest + place * column.step)
            values = self._values(column, place, day)
            self._number += 1
            yield Article(
                number=self._number,
                title=values["title"],
                day=day,
                clock=f"{8 + place * 3 % 9:02d}:{place * 17 % 60:02d}",
                source=self._source(column, place),
                column=column,
                path=article_path(self._site.style, column, self._number, day),
                paragraphs=self._paragraphs(column, values),
                extra=self._extra(column, place, day, values),
            )

    def explain(self, found: dict[str, list[Article]]) -> None:
        """Make the interpretations of the newest policy files, and link both ways."""
        column = next((item for item in self._site.columns if item.kind == "interpretation"), None)
        if column is None:
            return
        files = found["zcwj"]
        for place, policy in enumerate(files[: column.items]):
            self._number += 1
            note = self._interpretation(column, policy, place)
            found[column.slug].append(note)
            files[place] = _linked(policy, note)

    def special(self, raw: Mapping[str, Any]) -> Article:
        """An article written by hand in `data/specials.yaml`."""
        column = self._site.column(raw["column"])
        self._number += 1
        day = self._as_of - timedelta(days=raw["age"])
        shown_in_path = self._as_of - timedelta(days=raw.get("path_age", raw["age"]))
        return Article(
            number=self._number,
            title=raw["title"],
            day=day,
            clock=raw.get("clock", "10:20"),
            source=raw.get("source", self._site.organisation),
            column=column,
            path=article_path(self._site.style, column, self._number, shown_in_path),
            paragraphs=tuple(raw.get("paragraphs", ())),
            pinned=bool(raw.get("pinned")),
            extra=raw,
        )

    def _values(self, column: ColumnSpec, place: int, day: date) -> dict[str, Any]:
        words = _words()
        topics = words["topics"][self._site.topics]
        patterns = words["patterns"][column.kind]
        year = day.year - 1 if column.kind in {"yearly", "finance"} else day.year
        for turn in range(len(topics) * len(words["places"])):
            step = place * 7 + self._site.seed * 3 + column.number + turn
            values = {
                **self._site.nouns,
                "topic": topics[step % len(topics)],
                "place": words["places"][(step * 5 + turn) % len(words["places"])],
                "year": year,
                "month": day.month,
                "day": day.day,
                "issue": (day.month + 1) // 2,
                "n": 20 + step * 13 % 180,
            }
            title = patterns[place % len(patterns)].format(**values)
            if title not in self._titles:
                self._titles.add(title)
                return {**values, "title": title}
        raise ValueError(f"word lists are too short for {self._site.id} {column.slug}")

    def _source(self, column: ColumnSpec, place: int) -> str:
        if column.kind == "news" and place % 3 == 0:
            return f"{self._site.nouns['area']}融媒体中心"
        return self._site.organisation

    def _paragraphs(self, column: ColumnSpec, values: dict[str, Any]) -> tuple[str, ...]:
        pool: list[str] = _words()["paragraphs"].get(column.kind) or _words()["paragraphs"]["other"]
        if column.kind != "news":
            return tuple(text.format(**values) for text in pool)
        digest = hashlib.sha256(values["title"].encode()).digest()
        order = sorted(range(len(pool)), key=lambda index: digest[index])[:5]
        return tuple(pool[index].format(**values) for index in sorted(order))

    def _extra(
        self, column: ColumnSpec, place: int, day: date, values: dict[str, Any]
    ) -> dict[str, Any]:
        extra: dict[str, Any] = {"topic": values["topic"], "place": values["place"]}
        if "undated" in column.flags:
            extra |= {"no_date": True, "no_list_date": True}
        if "one-title" in column.flags:
            extra["page_title"] = f"{column.name}_{self._site.name}"
        if column.kind == "news" and place % 3 == 1:
            extra["image"] = f"/images/p{(place + self._site.seed) % 6 + 1}.svg"
            extra["alt"] = f"{values['place']}{values['topic']}现场"
        if column.kind in {"notice", "disclosure", "finance", "yearly", "guide"} and place % 2 == 0:
            suffix = ("pdf", "docx", "xlsx")[place // 2 % 3]
            extra["attachments"] = [[f"附件{place + 1}：{values['topic']}明细", suffix]]
        if column.kind == "guide":
            extra["guide"] = _guide(self._site, values)
        if column.kind == "policy":
            extra |= _document(self._site, self._number, day)
        if column.kind == "letter":
            extra |= _letter(self._site, place, day, values)
        return extra

    def _interpretation(self, column: ColumnSpec, policy: Article, place: int) -> Article:
        name = policy.title
        if "《" in name:
            name = name[name.index("《") + 1 : name.index("》")]
        else:
            name = name.removeprefix(self._site.nouns["organ"])
        day = policy.day + timedelta(days=1)
        head = "一图读懂" if place % 3 == 2 else ""
        values = {**self._site.nouns, "topic": policy.extra["topic"], "title": name}
        return Article(
            number=self._number,
            title=f"{head}《{name}》" + ("" if head else "政策解读"),
            day=day,
            clock="09:30",
            source=self._site.organisation,
            column=column,
            path=article_path(self._site.style, column, self._number, day),
            paragraphs=tuple(t.format(**values) for t in _words()["paragraphs"]["interpretation"]),
            extra={"related": [["被解读文件", policy.title, policy.path]]},
        )


def _linked(policy: Article, note: Article) -> Article:
    related = [["政策解读", note.title, note.path]]
    return replace(policy, extra={**policy.extra, "related": related})


def _document(site: SiteSpec, number: int, day: date) -> dict[str, Any]:
    written = day - timedelta(days=3)
    return {
        "document": {
            "索引号": f"{site.site_code}/{day.year}-{number:05d}",
            "公开目录": "规范性文件",
            "发文机关": site.organisation,
            "成文日期": f"{written:%Y-%m-%d}",
            "文号": f"兰政发〔{day.year}〕{number % 40 + 1}号",
            "发布日期": f"{day:%Y-%m-%d}",
        }
    }


def _letter(site: SiteSpec, place: int, day: date, values: dict[str, Any]) -> dict[str, Any]:
    received = day - timedelta(days=2 + place % 3)
    return {
        "letter": {
            "受理日期": f"{received:%Y-%m-%d}",
            "答复日期": f"{day:%Y-%m-%d}",
            "答复部门": site.organisation,
            "来信内容": f"您好，想了解{values['place']}{values['topic']}的办理时间"
            "和需要准备的材料，谢谢。",
            "答复内容": f"您好！关于您咨询的{values['topic']}事项，工作日上午8:30至12:00、"
            "下午13:30至17:00均可办理，请携带本人身份证件到便民服务窗口，材料齐全的当场办结。"
            "感谢您的关心与支持。",
        }
    }


def _guide(site: SiteSpec, values: dict[str, Any]) -> dict[str, str]:
    return {
        "事项名称": f"{values['topic']}服务",
        "设定依据": f"国家和省、市关于{values['topic']}的有关规定",
        "申请条件": f"在{site.nouns['area']}居住或者办公的个人和单位",
        "办理材料": "申请表一份、身份证件复印件一份",
        "办理地点": f"{site.nouns['area']}便民服务中心一楼综合窗口",
        "办理时间": "工作日上午8:30至12:00，下午13:30至17:00",
        "联系电话": f"000-8600{site.site_code[-4:]}",
        "办理流程": "提交申请、受理、审核、办结，五个工作日内办结",
    }
