"""accessibility-image-text: images have a text alternative."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.api import Finding, Image, Outcome, PageFacts, Text, check, msg, page_evidence
from checks.accessibility._common import PAGE_MESSAGES, because, page_subject, unjudged

MESSAGES = PAGE_MESSAGES | {
    "described": Text(
        zh="页面 {count} 张图片都有 alt 属性，自动检测未发现问题。",
        en="All {count} images have an alt attribute; the automated test found no problem.",
    ),
    "missing": Text(
        zh="图片没有 alt 属性（{place}），请核对图片是否显示、是否有含义。",
        en="An image has no alt attribute ({place}); please look whether it shows and means "
        "something.",
    ),
    "missing-in-link": Text(
        zh="链接中的图片没有 alt 属性（{place}），链接也没有文字，请核对。",
        en="An image without alt attribute is all that a link holds ({place}); please look.",
    ),
    "no-images": Text(zh="页面没有图片，本项不适用。", en="The page has no images."),
}


@check(
    id="accessibility-image-text",
    scope="page",
    title=Text(zh="图片替代文字", en="Text alternatives of images"),
    why=because(
        "非文本内容须有替代文字（WCAG 1.1.1，A级），否则读屏软件只能读出文件名。",
        "images need a text alternative (WCAG 1.1.1, level A), or screen readers can only read "
        "file names.",
    ),
    fix=Text(
        zh='为有含义的图片写 alt="图片内容"，装饰图片写 alt=""；在编辑器中把图片说明设为必填。',
        en="Write what the image shows into alt, and an empty alt for decoration; make the field "
        "mandatory in the editor.",
    ),
    messages=MESSAGES,
)
def accessibility_image_text(page: PageFacts) -> Iterator[Finding]:
    """Looks for images without alt attribute and without another name.

    Why: WCAG 1.1.1. How: in the source, so it cannot see what style sheets hide: a hit is for
    a person, and axe confirms it on rendered pages. Images hidden in the source and
    decorative ones are left out. Fix: describe the image.
    """
    unfit = unjudged(page)
    if unfit is not None:
        yield unfit
        return
    shown = [image for image in page.images if not image.hidden]
    subject = page_subject(page)
    if not shown:
        yield Finding(Outcome.INAPPLICABLE, msg("no-images"), subject)
        return
    found = False
    for image in shown:
        if image.alt is not None or image.name or image.decorative:
            continue
        found = True
        key = "missing-in-link" if image.link_url and not image.link_text else "missing"
        yield Finding(
            Outcome.CANT_TELL,
            msg(key, place=image.place),
            subject,
            (page_evidence(page, locator=_locator(image), excerpt=_shown(image)),),
            cause=image.place,
        )
    if not found:
        yield Finding(Outcome.PASSED, msg("described", count=len(shown)), subject)


def _locator(image: Image) -> str:
    return f"(//{image.tag})[{image.index}]"


def _shown(image: Image) -> str:
    return f'<{image.tag} src="{image.url}">'
