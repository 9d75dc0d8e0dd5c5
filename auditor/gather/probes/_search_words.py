"""Words by which search forms, result pages and their controls are known.

Collected from live government sites and their common publishing systems (TRS, Hanweb, Dahan,
Kaipuyun, WordPress, DokuWiki); extend freely, nothing else depends on the lists.
"""

from __future__ import annotations

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: Names and ids of the text field.
FIELD_NAMES = _words(
    "q qt k key keys keyword keywords kw kwd s so search searchword searchwords searchkey "
    "searchtext searchcontent search_word search_key searchstr sword wd word words query "
    "querystring title content text fulltext tbsearch txtkeyword keywordname"
)
#: Placeholders and labels of the text field.
FIELD_LABELS = re.compile(r"搜|检索|查询|关键字|关键词|search", re.IGNORECASE)
#: Addresses of search programs.
ACTIONS = re.compile(r"search|/so/|/so\b|query|jiansuo|sousuo|/was5/|/s\?", re.IGNORECASE)
#: Texts of links that lead to a search page.
ENTRY_TEXTS = frozenset(
    {
        "搜索",
        "检索",
        "站内搜索",
        "站内检索",
        "全站搜索",
        "全站检索",
        "全文搜索",
        "全文检索",
        "高级搜索",
        "高级检索",
        "智能搜索",
        "智能检索",
        "信息检索",
        "search",
        "advanced search",
    }
)

#: What a page says when it found nothing.
NO_RESULT = re.compile(
    r"(?:没有|没|未能?|无法)(?:为您)?(?:找到|查到|查询到|搜索到|搜到|检索到|匹配到)"
    r"|没有(?:符合|相关|任何|匹配|满足|您要)"
    r"|无(?:相关|匹配|符合条件的?)(?:的)?(?:结果|内容|信息|记录|数据)"
    r"|(?:暂无|查无)(?:相关|匹配|搜索|检索|查询)?(?:的)?(?:结果|内容|信息|记录|数据)"
    r"|(?:共|找到|搜索到|检索到|查询到)[^\d。]{0,10}(?<!\d)0\s*(?:条|个|篇|项)"
    r"|抱歉.{0,20}(?:没有|未找到|无)"
    r"|no (?:search )?results|nothing (?:was )?found|nothing matched|no match|did not match",
    re.IGNORECASE,
)

#: What a page says that will not search any more for now.
LIMIT = re.compile(
    r"(?:访问|操作|请求|查询|搜索|检索|提交)(?:次数)?(?:过于|太|太过)?(?:频繁|过快|过多|太快|太多)|过于频繁"
    r"|(?:请|，)?(?:稍后|稍候|过一会儿?|隔\S{1,6})再(?:试|来|搜索|查询)"
    r"|too many (?:requests|searches|queries)|try again later",
    re.IGNORECASE,
)

#: Controls that narrow results, by dimension (维度). Short words must be a control's whole text.
FACETS: tuple[tuple[str, frozenset[str]], ...] = (
    (
        "位置",
        _words(
            "标题 正文 全文 内容 搜标题 搜正文 搜全文 标题检索 全文检索 仅标题 按标题 按正文 "
            "仅搜标题 仅搜正文 标题和正文 标题与正文"
        ),
    ),
    (
        "时间",
        _words(
            "一天内 一周内 一月内 一个月内 三个月内 半年内 一年内 近一天 近一周 近一月 近一个月 "
            "近三个月 近半年 近一年 近三年 最近一天 最近一周 最近一月 最近一个月 最近三个月 "
            "最近半年 最近一年 一年以内 一周以内 一月以内 时间不限 不限时间 全部时间 时间范围 "
            "发布时间 自定义时间 开始时间 结束时间 起始时间 开始日期 结束日期 起始日期 "
            "任意时间 上周 上月 去年"
        ),
    ),
    (
        "栏目",
        _words(
            "政务公开 信息公开 政府信息公开 政府信息 政务服务 办事服务 互动交流 政民互动 "
            "新闻动态 工作动态 政务动态 政策文件 政策法规 政策解读 解读回应 通知公告 公示公告 "
            "要闻动态 政务要闻 回应关切 服务 政策 新闻 公开 互动 解读 问答 全部栏目 所有栏目 "
            "栏目 栏目分类 信息分类 分类 选择栏目 按栏目 站群 本站 全部站点"
        ),
    ),
    (
        "类型",
        _words(
            "信息类型 文件类型 内容类型 资源类型 全部类型 类型 网页 图片 视频 附件 文档 专题 "
            "网页类型 公文种类 主题分类 体裁分类 发文机关 发布机构 按类型"
        ),
    ),
)
#: Controls that order results.
SORTS = _words(
    "相关度 相关性 按相关度 按相关性 相关度排序 相关性排序 按相关度排序 按相关性排序 时间排序 "
    "按时间 按时间排序 日期排序 按日期 按日期排序 发布时间排序 按发布时间 最新 最新发布 最新优先 "
    "时间 时间降序 时间升序 时间倒序 点击量 按点击量 热度 按热度 智能排序 默认排序 综合排序"
)

#: How labels of orders end that are not listed.
SORTING = "排序"
#: The dimension of links that narrow results by words that no list has.
OTHER_FACET = "其他"

#: Characters of the same sound that are often mistyped for one another, for the typo query.
HOMOPHONES = {
    "通": "同",
    "知": "之",
    "公": "工",
    "告": "高",
    "政": "证",
    "府": "符",
    "工": "公",
    "作": "做",
    "会": "汇",
    "议": "义",
    "关": "观",
    "于": "与",
    "年": "念",
    "度": "渡",
    "计": "记",
    "划": "化",
    "服": "伏",
    "务": "物",
    "教": "交",
    "育": "玉",
    "医": "一",
    "疗": "辽",
}

#: Marks of result pages that a script fills (templates of common front-end frameworks).
SCRIPT_TEMPLATES = re.compile(rb"\bv-for=|\bng-repeat=|\{\{\s*[\w.$]+\s*\}\}|\bdata-bind=|<%=")
