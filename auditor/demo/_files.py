"""Attachments and pictures: small real files, the same bytes at every start."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from xml.sax.saxutils import escape

import xlsxwriter

CONTENT_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

# Archives carry a time stamp; a fixed one keeps the bytes equal from start to start.
_STAMP = (2026, 1, 1, 0, 0, 0)

_CONTENT_TYPES_XML = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels"'
    ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-'
    'officedocument.wordprocessingml.document.main+xml"/></Types>'
)
_RELATIONS_XML = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Target="word/document.xml" Type="http://schemas.openxmlformats.org/'
    'officeDocument/2006/relationships/officeDocument"/></Relationships>'
)
_DOCUMENT_XML = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
    "<w:body>{paragraphs}</w:body></w:document>"
)


def attachment(suffix: str, title: str, lines: tuple[str, ...]) -> bytes:
    """A file of one of the kinds in `CONTENT_TYPES` with this title and text."""
    return {"pdf": _pdf, "docx": _docx, "xlsx": _xlsx}[suffix](title, lines)


def _docx(title: str, lines: tuple[str, ...]) -> bytes:
    paragraphs = "".join(
        f"<w:p><w:r><w:t>{escape(text)}</w:t></w:r></w:p>" for text in (title, *lines)
    )
    parts = {
        "[Content_Types].xml": _CONTENT_TYPES_XML,
        "_rels/.rels": _RELATIONS_XML,
        "word/document.xml": _DOCUMENT_XML.format(paragraphs=paragraphs),
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(zipfile.ZipInfo(name, _STAMP), text.encode())
    return buffer.getvalue()


def _xlsx(title: str, lines: tuple[str, ...]) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    book.set_properties({"title": title, "created": datetime(*_STAMP)})  # noqa: DTZ001
    sheet = book.add_worksheet("明细")
    sheet.write_row(0, 0, ["序号", "内容"])
    for row, text in enumerate(lines, start=1):
        sheet.write_row(row, 0, [row, text])
    book.close()
    return buffer.getvalue()


def _pdf(title: str, lines: tuple[str, ...]) -> bytes:
    """One page whose text uses a font that every PDF reader has for simplified Chinese."""
    shown = "\n".join(f"<{text.encode('utf-16-be').hex()}> Tj 0 -28 Td" for text in (title, *lines))
    stream = f"BT /F1 14 Tf 60 760 Td\n{shown}\nET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R /Lang (zh-CN) >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H"
        b" /DescendantFonts [6 0 R] >>",
        b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /CIDSystemInfo"
        b" << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> >>",
    ]
    return _assemble(objects)


def _assemble(objects: list[bytes]) -> bytes:
    out = bytearray(b"%PDF-1.4\n")
    places = []
    for number, text in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, text)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    for place in places:
        out += b"%010d 00000 n \n" % place
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\n" % (len(objects) + 1)
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % start)


def landscape(rgb: list[int], turn: int) -> bytes:
    """A drawn picture: hills, sun and water in the site's colour, one of several by `turn`."""
    red, green, blue = (min(255, value + 12 * (turn % 4)) for value in rgb)
    width, height, base = 560, 320, 180 + 12 * (turn % 3)
    hills = []
    for layer in range(3):
        level = base + layer * 34
        points = " ".join(
            f"{x},{level - (x * (turn + 3) // (7 + layer) + layer * 53) % (70 - layer * 16)}"
            for x in range(0, width + 1, 80)
        )
        shade = tuple(value * (10 - 2 * layer) // 12 for value in (red, green, blue))
        hills.append(
            f'<polygon points="0,{height} {points} {width},{height}" fill="rgb{shade}"'
            f' opacity="{0.55 + layer * 0.18:.2f}"/>'
        )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}"'
        f' height="{height}" preserveAspectRatio="xMidYMid slice"><defs><linearGradient id="s"'
        ' x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#bcd7ee"/><stop offset="1"'
        f' stop-color="#fdf4e3"/></linearGradient></defs><rect width="{width}" height="{height}"'
        f' fill="url(#s)"/><circle cx="{110 + turn * 57 % 340}" cy="78" r="34" fill="#ffd27a"/>'
        + "".join(hills)
        + f'<rect y="{height - 46}" width="{width}" height="46" fill="#7fa8c9" opacity="0.6"/>'
        "</svg>"
    ).encode()


def icon(colour: str) -> bytes:
    """The site's mark: an orchid-like shape in its colour."""
    petals = "".join(
        f'<ellipse cx="32" cy="18" rx="7" ry="15" transform="rotate({turn} 32 32)"'
        f' fill="{colour}" opacity="0.85"/>'
        for turn in range(0, 360, 60)
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">'
        f'{petals}<circle cx="32" cy="32" r="6" fill="#fff"/></svg>'
    ).encode()
