"""site-mojibake: the text was not spoilt by a wrong conversion of characters."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.api import Finding, Outcome, PageFacts, Text, check, msg, page_evidence

# Every text passes through these patterns. Each begins with one character or class, which `re`
# seeks in C: `ab(?:ab)+` for `(?:ab){2,}` makes the check five times faster (0.5 ms per page).

#: Undecodable characters: runs of them, or many single ones (a cut title leaves one).
_REPLACED_RUN = re.compile("\ufffd\ufffd+")
_REPLACED_MANY = 5
#: U+FFFD in UTF-8, read as GBK, gives 锟斤拷 without end; once may be a quotation.
_KUN = re.compile("锟斤拷(?:锟斤拷)+")
#: UTF-8 read as windows-1252: a lead byte and two continuation bytes, again and again.
_CP1252 = "€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"
_LEAD, _REST = "[ã-ï]", f"[\x80-\xbf{_CP1252}]{{2}}"
_AS_LATIN = re.compile(f"{_LEAD}{_REST}(?:{_LEAD}{_REST}){{2,}}")
#: GBK read as windows-1252. No language writes so many of these letters without a space; rows of
#: one sign (·····, ××××××) are something else.
_GBK_AS_LATIN = re.compile("[¡-ÿ][¡-ÿ]{9,}")
_DISTINCT = 6
#: Lead bytes of GB 2312's first level, which nearly all characters of a Chinese text are from.
_COMMON_LEADS = range(0xB0, 0xD8)
#: UTF-8 read as GBK: undone, the bytes are a row of Chinese characters in UTF-8. In GBK that row
#: takes a rare character at every third place, which no text has.
_CHINESE_UTF8 = re.compile(rb"[\xe4-\xe9][\x80-\xbf]{2}(?:[\xe4-\xe9][\x80-\xbf]{2}){4}")


def _in_gbk(leads: range, trails: range) -> str:
    """Every character whose two bytes in GBK lie in these ranges."""
    pairs = (bytes((lead, trail)) for lead in leads for trail in trails)
    return re.escape("".join(pair.decode("gb18030", "ignore") for pair in pairs))


#: Two characters that stand side by side in each of the last three kinds, and hardly ever in a
#: sound text. One scan for them instead of three keeps the check cheap.
_LEADS, _CONTINUATIONS = range(0xE4, 0xEA), range(0x80, 0xC0)
_SUSPECT = re.compile(
    f"[¡-ÿ{_in_gbk(_LEADS, _CONTINUATIONS)}][\x80-ÿ{_CP1252}{_in_gbk(_CONTINUATIONS, _LEADS)}]"
)
_EXCERPT = 60
MESSAGES = {
    "readable": Text(zh="页面文字没有乱码特征。", en="The text shows no sign of garbling."),
    "garbled": Text(
        zh="页面文字出现乱码，如“{excerpt}”。", en="The text is garbled, such as “{excerpt}”."
    ),
    "no-text": Text(zh="页面没有文字，本项不适用。", en="The page has no text."),
}


@check(
    id="site-mojibake",
    scope="page",
    title=Text(zh="页面文字乱码", en="Garbled text"),
    why=Text(
        zh="正文乱码说明信息入库或迁移时编码转换出错，内容已不可读。（工程建议；无明文条款，"
        "作提示。）",
        en="Garbled text was spoilt when it was stored or moved and cannot be read. (Engineering "
        "advice; no clause.)",
    ),
    fix=Text(
        zh="从原稿重新录入该页内容，并检查采编、迁移程序的编码设置，排查同批信息。",
        en="Enter the text again from its source; check the encodings of the editing and migration "
        "programs, and other pages of the same batch.",
    ),
    messages=MESSAGES,
)
def site_mojibake(page: PageFacts) -> Iterator[Finding]:
    """Looks for text that a wrong conversion spoilt before it was published.

    Why: such text is lost to readers. How: structure, not single characters: runs of U+FFFD,
    repeated 锟斤拷, and text that turns into Chinese when the wrong conversion is undone. Rare
    characters and articles about garbling do not count. Fix: enter the text again.
    """
    if not page.text:
        yield Finding(Outcome.INAPPLICABLE, msg("no-text"))
        return
    at = _garbled_at(page.text)
    if at is None:
        yield Finding(Outcome.PASSED, msg("readable"))
        return
    excerpt = page.text[max(0, at - 10) : at + _EXCERPT]
    evidence = page_evidence(page, excerpt=excerpt)
    yield Finding(Outcome.FAILED, msg("garbled", excerpt=excerpt), evidence=(evidence,))


def _garbled_at(text: str) -> int | None:
    """Where the first garbled piece begins."""
    for pattern in (_REPLACED_RUN, _KUN):
        match = pattern.search(text)
        if match:
            return match.start()
    suspect = _SUSPECT.search(text) is not None
    at = _read_as_latin_at(text) if suspect else None
    if at is None and text.count("\ufffd") >= _REPLACED_MANY:
        return text.index("\ufffd")
    return _utf8_as_gbk_at(text) if suspect and at is None else at


def _read_as_latin_at(text: str) -> int | None:
    match = _AS_LATIN.search(text)
    if match:
        return match.start()
    for match in _GBK_AS_LATIN.finditer(text):
        run = match.group()
        if len(set(run)) >= _DISTINCT and (_is_gbk(run) or _is_gbk(run[1:])):
            return match.start()
    return None


def _is_gbk(run: str) -> bool:
    """True when the bytes of these letters are common Chinese characters; the accented letters of
    a language in a row (an alphabet, a test text) are rare ones."""
    leads = [ord(letter) for letter in run[:-1:2]]
    return sum(lead in _COMMON_LEADS for lead in leads) * 2 > len(leads)


def _utf8_as_gbk_at(text: str) -> int | None:
    data = text.encode("gb18030", "ignore")
    match = _CHINESE_UTF8.search(data)
    return len(data[: match.start()].decode("gb18030", "ignore")) if match else None
