"""How much of one page is kept. Totals say what was left out, so nothing is cut in silence."""

from __future__ import annotations

from typing import Final

#: Entries kept per page and kind.
MAX_LINKS: Final = 20_000
MAX_IMAGES: Final = 5_000
MAX_ITEMS: Final = 5_000
MAX_METAS: Final = 200
MAX_HEADINGS: Final = 300
MAX_FRAMES: Final = 100
MAX_FORMS: Final = 50
MAX_FIELDS: Final = 300
MAX_TABLES: Final = 200
MAX_MOVING: Final = 50
MAX_CRUMBS: Final = 20

#: Page addresses that one script-built pager may add to a page's links.
MAX_PAGER_URLS: Final = 500

#: Pieces of text that are looked at for the name of one control, heading or cell. Without it,
#: elements nested a thousand deep would each collect all the text below them.
MAX_NAME_PARTS: Final = 400

#: Characters kept of single values.
MAX_TEXT_CHARS: Final = 100_000
MAX_LABEL_CHARS: Final = 300
MAX_HREF_CHARS: Final = 2_083
MAX_META_CHARS: Final = 1_000
MAX_SCRIPT_CHARS: Final = 300_000

#: Characters at the beginning and end of the text, and of the footer, in which the identity is
#: looked for.
MAX_IDENTITY_CHARS: Final = 20_000

#: The longest address that is still treated as one (a limit that old browsers set).
MAX_URL_CHARS: Final = 2_083

#: The part of the body in which a charset declaration is looked for.
CHARSET_PRESCAN_BYTES: Final = 4_096
