"""accessibility-alt-filename: an image's text is no file name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.api import Finding, Image, Outcome, PageFacts, Text, check, msg, page_evidence
from checks.accessibility._common import PAGE_MESSAGES, because, page_subject, unjudged

_FILE = re.compile(r"^[^\s/\\]{1,120}\.(?:jpe?g|png|gif|bmp|webp|svg|tiff?|ico)$", re.I)
#: Names that cameras, telephones, chat and office programs give.
_CAMERA = re.compile(
    r"^(?:IMG|DSC[NF_]?|DCIM|P\d{3}|微信图片|微信截图|QQ图片|QQ截图|截图|企业微信截图|图片\d{5}|"
    r"image0\d|clip_image|mmexport)[_\-()\d]*$",
    re.I,
)
_EMPTY_WORDS = frozenset(
    {"图片", "图像", "照片", "插图", "配图", "image", "img", "picture", "photo", "pic", "alt",
     "untitled", "未命名", "无标题", "logo图片", "请输入图片描述", "在这里插入图片描述"}
)  # fmt: skip
MESSAGES = PAGE_MESSAGES | {
    "meaningful": Text(
        zh="{count} 张图片的替代文字不是文件名，自动检测未发现问题。",
        en="The texts of {count} images are no file names; the automated test found no problem.",
    ),
    "filename": Text(
        zh="图片的替代文字是文件名“{alt}”，听不出图片内容。",
        en="The image's text is the file name “{alt}”, which says nothing about it.",
    ),
    "generic": Text(
        zh="图片的替代文字是“{alt}”，没有说明图片内容，请人工核对。",
        en="The image's text is “{alt}”, which does not describe it; please look.",
    ),
    "no-texts": Text(
        zh="页面没有带替代文字的图片，本项不适用。", en="No image of the page has a text."
    ),
}


@check(
    id="accessibility-alt-filename",
    scope="page",
    title=Text(zh="替代文字是文件名", en="File names as image texts"),
    why=because(
        "替代文字须说明图片内容（WCAG 1.1.1，A级；失败技术F30：用文件名作替代文字）。",
        "the text must say what the image shows (WCAG 1.1.1, level A; failure F30).",
    ),
    fix=Text(
        zh="把 alt 改为图片内容的说明；关闭编辑器“用文件名作图片说明”的选项。",
        en="Describe the image, and switch off the editor's habit of inserting the file name.",
    ),
    messages=MESSAGES,
)
def accessibility_alt_filename(page: PageFacts) -> Iterator[Finding]:
    """Reads the alt texts.

    Why: WCAG 1.1.1, failure F30. How: a text that ends like an image file, or is a camera's name
    for a file, fails, because it is wrong wherever the image is shown; words such as 图片 are for
    a person. Images hidden in the source are left out. Fix: describe the image.
    """
    unfit = unjudged(page)
    if unfit is not None:
        yield unfit
        return
    named = [image for image in page.images if image.alt and not image.hidden]
    subject = page_subject(page)
    if not named:
        yield Finding(Outcome.INAPPLICABLE, msg("no-texts"), subject)
        return
    found = False
    for image in named:
        key = _judge(image)
        if not key:
            continue
        found = True
        yield Finding(
            Outcome.FAILED if key == "filename" else Outcome.CANT_TELL,
            msg(key, alt=(image.alt or "")[:60]),
            subject,
            (page_evidence(page, locator=_locator(image), excerpt=_shown(image)),),
            cause=image.place,
        )
    if not found:
        yield Finding(Outcome.PASSED, msg("meaningful", count=len(named)), subject)


def _judge(image: Image) -> str:
    alt = (image.alt or "").strip()
    if _FILE.match(alt) or _CAMERA.match(alt):
        return "filename"
    file = image.url.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    if alt.lower() in _EMPTY_WORDS or (len(alt) > 6 and alt.isascii() and alt == file):
        return "generic"
    return ""


def _locator(image: Image) -> str:
    return f"(//{image.tag})[{image.index}]"


def _shown(image: Image) -> str:
    return f'<{image.tag} src="{image.url}" alt="{image.alt}">'
