"""Which known URLs the site still links to. Read from the stored links, and only as far as
needed: where no changed page dropped a link, nothing is read at all."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field

from auditor.derive.urls import canonical
from auditor.gather.crawl import CRAWLED_KINDS
from auditor.gather.verdicts import CERTAIN
from auditor.store import Store
from auditor.store.rows import MovedPage, PageLink, PageLinks

#: Pages whose links are read at once.
_CHUNK = 200


@dataclass(frozen=True, slots=True)
class Ties:
    """Two audits of one site, the later one first, and the site's home page."""

    store: Store
    run_id: str
    site_id: str
    earlier: str
    home: str

    def now(self, urls: Sequence[str]) -> Iterator[PageLinks]:
        """What pages of the later audit link to."""
        return self.store.links_of(self.run_id, self.site_id, urls)

    def before(self, urls: Sequence[str]) -> Iterator[PageLinks]:
        """What pages of the earlier audit linked to."""
        return self.store.links_of(self.earlier, self.site_id, urls)

    def read_anew(self) -> Iterator[tuple[PageLinks, PageLinks]]:
        """Pages that both audits hold and the later one read, as they were and as they are."""
        anew = self.store.pages_read_anew(self.run_id, self.site_id, than=self.earlier)
        for chunk in _chunks(anew):
            before = {page.url: page for page in self.before(chunk)}
            for page in self.now(chunk):
                yield before[page.url], page


@dataclass(slots=True)
class Orphans:
    """`same` and `changed` pages among those that were read anew; `gone`: URLs that nothing links
    to any more, `gone_pages` of them (and of those that answer that they are not there) had been
    pages, `gone_waiting` were still in the queue; `moved`: pages now linked from elsewhere."""

    same: int = 0
    changed: int = 0
    gone: list[str] = field(default_factory=list)
    gone_pages: set[str] = field(default_factory=set)
    gone_waiting: int = 0
    moved: list[MovedPage] = field(default_factory=list)


def orphans(ties: Ties) -> Orphans:
    """Compare the pages that were read anew, then walk the links if any of them was dropped."""
    found = Orphans()
    dropped: dict[str, set[str]] = defaultdict(set)
    for before, now in ties.read_anew():
        same = same_substance(before, now)
        found.same += same
        found.changed += not same
        _note_dropped(dropped, before, now.links)
    lost = dict(ties.store.pages_without(ties.run_id, ties.site_id, than=ties.earlier))
    answered = [url for url, status in lost.items() if status in CERTAIN]
    found.gone_pages = set(answered)
    for chunk in _chunks(answered):
        for page in ties.before(chunk):
            _note_dropped(dropped, page, ())
    if dropped:
        unseen = {url for url, status in lost.items() if status not in CERTAIN}
        _forget(ties, found, dropped, _Walk(ties, unseen, dropped))
    return found


def same_substance(before: PageLinks, now: PageLinks) -> bool:
    """The same title, main text and links: what changed is a counter or the date of the day."""
    return (before.title, before.main_text_hash, before.links) == (
        now.title,
        now.main_text_hash,
        now.links,
    )


def _note_dropped(
    dropped: dict[str, set[str]], before: PageLinks, links: Iterable[PageLink]
) -> None:
    still = {link.url for link in links}
    for link in before.links:
        if link.url and link.url not in still:
            dropped[link.url].add(before.url)


class _Walk:
    """From the home page and the sitemap along every link, until each of the `wanted` URLs was met
    or all links were walked. `unseen` pages, which could not be read this time, are taken to link
    to what they linked to. A page that only a redirection leads to is not met."""

    def __init__(self, ties: Ties, unseen: Set[str], wanted: Iterable[str]) -> None:
        self.met: set[str] = set()
        self.missing = set(wanted)
        #: For each wanted URL that was met: the page that links to it, and the link's text.
        self.from_where: dict[str, tuple[str, str]] = {}
        self._queue: deque[str] = deque()
        store = ties.store
        renamed = store.renamed_pages(ties.run_id, ties.site_id)
        self._names = {canonical(final): url for url, final in renamed}
        for row in store.url_states(ties.run_id, ties.site_id):
            if row.url == ties.home or not row.parent:
                self._meet(row.url)
        while self._queue and self.missing:
            chunk = [self._queue.popleft() for _ in range(min(_CHUNK, len(self._queue)))]
            self._look(ties.now(chunk))
            self._look(ties.before([url for url in chunk if url in unseen]))
        self.met |= {final for final, url in self._names.items() if url in self.met}

    def _look(self, pages: Iterable[PageLinks]) -> None:
        for page in pages:
            for link in page.links:
                if link.url in self.missing:
                    self.missing.discard(link.url)
                    self.from_where[link.url] = page.url, link.text
                if link.url not in self.met:
                    self._meet(link.url)

    def _meet(self, url: str) -> None:
        self.met.add(url)
        self._queue.append(self._names.get(url, url))


def _forget(ties: Ties, found: Orphans, dropped: Mapping[str, Set[str]], walk: _Walk) -> None:
    """Note what nothing links to any more, and what another page than before links to."""
    for row in ties.store.url_states(ties.run_id, ties.site_id):
        if walk.missing and row.url not in walk.met:
            found.gone.append(row.url)
            crawled = row.in_site and row.kind in CRAWLED_KINDS
            found.gone_waiting += crawled and row.state != "done"
        elif row.url in walk.from_where and row.parent in dropped[row.url]:
            parent, text = walk.from_where[row.url]
            found.moved.append(MovedPage(row.url, parent, text))
    earlier = ties.store.earlier_pages
    for chunk in _chunks(found.gone):
        found.gone_pages |= earlier(ties.earlier, ties.site_id, chunk).keys()


def _chunks(urls: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(urls), _CHUNK):
        yield urls[start : start + _CHUNK]
