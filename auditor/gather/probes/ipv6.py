"""The home page over every address of both families, each pinned.

RFC 8305 clients hide a dead IPv6 path behind IPv4; an audit must not, so no request here may
fall back to another address.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import urljoin, urlsplit

from auditor.gather.fetch import Fetched
from auditor.gather.probes._connect import certificate_at, tcp_open
from auditor.gather.probes._page import facts_of
from auditor.gather.probes._ports import home_on, own_port, site_ports
from auditor.gather.probes._route import has_route
from auditor.gather.probes._similarity import similarity, stable_text
from auditor.gather.tools import Tools
from auditor.model.artifact import AddressFact, DnsAnswers, Ipv6Endpoint, Ipv6Probe, Missed
from auditor.model.finding import Reason
from auditor.model.site import Site, Vantage

#: Addresses tried per family; a content network may name dozens.
MAX_ADDRESSES = 4
#: Below this (less the page's own noise) both families are asked again, back to back.
ALIKE = 0.90
_MAX_HOPS = 5
#: The port accepted a connection, whatever came of it afterwards.
_OPENED = frozenset(
    {
        Reason.TLS,
        Reason.PROTOCOL,
        Reason.EMPTY,
        Reason.TRUNCATED,
        Reason.TOO_LARGE,
        Reason.BLOCKED,
        Reason.RATE_LIMITED,
        Reason.HTTP_ERROR,
    }
)


@dataclass(frozen=True, slots=True)
class _Try:
    """One endpoint, and the text of the page that it gave (None when it gave none)."""

    endpoint: Ipv6Endpoint
    text: str | None


async def probe_ipv6(
    tools: Tools, site: Site, dns: DnsAnswers, vantage: Vantage
) -> Ipv6Probe | Missed:
    """Try every usable A and AAAA on HTTP and HTTPS, and compare what the families give.

    No AAAA at all gives a probe without endpoints; no way to the addresses from here gives
    `Missed(NO_IPV6)`.
    """
    if not dns.aaaa.observed:
        return Missed(Reason.DNS_FAILURE, f"{dns.host} AAAA: {dns.aaaa.rcode}")
    ipv6 = [fact for fact in dns.ipv6 if fact.usable]
    if not ipv6:
        return Ipv6Probe(())
    within = [fact for fact in ipv6 if _testable(tools, fact, vantage)]
    if not within:
        return Missed(Reason.NO_IPV6, vantage.detail or "no route to the site's IPv6 addresses")
    ipv4 = [fact for fact in dns.ipv4 if fact.usable]
    return await _Comparison(tools, site).run(ipv4[:MAX_ADDRESSES], within[:MAX_ADDRESSES])


def _testable(tools: Tools, fact: AddressFact, vantage: Vantage) -> bool:
    """The operator's own addresses (a laboratory) need no IPv6 Internet, only a route."""
    if not vantage.ipv6 and fact.scope != "allowed":
        return False
    return has_route(tools.guard, fact)


class _Comparison:
    """The tries at one site. Holds the IPv4 texts that IPv6 is compared with, by port."""

    def __init__(self, tools: Tools, site: Site) -> None:
        self._tools = tools
        self._site = site
        self._ports = site_ports(site, tools.guard)
        self._reference: dict[int, tuple[str, str]] = {}  # port -> IPv4 address, text
        self._noise = 0.0

    async def run(self, ipv4: list[AddressFact], ipv6: list[AddressFact]) -> Ipv6Probe:
        tries = [
            await self._try(fact, scheme, port) for fact in ipv4 for scheme, port in self._ports
        ]
        for item in tries:
            if item.text is not None:
                pair = (item.endpoint.address, item.text)
                self._reference.setdefault(item.endpoint.port, pair)
        await self._learn_noise()
        endpoints = [item.endpoint for item in tries]
        for fact in ipv6:
            for scheme, port in self._ports:
                endpoints.append(await self._compared(fact, scheme, port))
        return Ipv6Probe(tuple(endpoints), noise=round(self._noise, 4))

    async def _learn_noise(self) -> None:
        """How far the page differs from itself: IPv4 once more on the home page's port."""
        port = own_port(self._site)
        if port not in self._reference:
            return
        address, text = self._reference[port]
        again = await self._try(self._tools.guard.classify(address), self._scheme(port), port)
        if again.text is not None:
            self._noise = 1.0 - similarity(text, again.text)

    async def _compared(self, fact: AddressFact, scheme: str, port: int) -> Ipv6Endpoint:
        """An IPv6 endpoint with its likeness to IPv4. A difference is only believed when both
        families, asked again in a row, still differ."""
        first = await self._try(fact, scheme, port)
        known = self._reference.get(port)
        if known is None:
            return first.endpoint
        address, text = known
        if first.endpoint.reason is not None and first.text is None:
            return await self._doubted(first.endpoint, address, scheme, port)
        if first.text is None:
            return first.endpoint
        alike = similarity(text, first.text)
        if alike < ALIKE - self._noise:
            fresh = await self._try(self._tools.guard.classify(address), scheme, port)
            again = await self._try(fact, scheme, port)
            if fresh.text is None or again.text is None:
                return first.endpoint
            alike = max(alike, similarity(fresh.text, again.text))
        return replace(first.endpoint, similarity=round(alike, 4))

    async def _doubted(
        self, endpoint: Ipv6Endpoint, address: str, scheme: str, port: int
    ) -> Ipv6Endpoint:
        """A failed IPv6 try, believed only when IPv4 answers at the same moment."""
        control = await self._try(self._tools.guard.classify(address), scheme, port)
        if control.text is not None:
            return endpoint
        return replace(endpoint, opened=None, detail="IPv4 did not answer at this moment either")

    async def _try(self, fact: AddressFact, scheme: str, port: int) -> _Try:
        url = home_on(self._site, scheme, port)
        fetched, tls = await self._follow(url, fact)
        record = fetched.record
        reason = record.reason
        endpoint = Ipv6Endpoint(
            address=fact.address,
            family=6 if ":" in fact.address else 4,
            port=port,
            opened=await self._opened(fact.address, port, reason),
            reason=Reason.TLS if tls else reason,
            status=record.status,
            final_url=record.final_url or record.url,
            seconds=record.seconds,
            sha256=record.sha256,
            captured_at=record.captured_at,
            detail=tls or record.detail,
        )
        if scheme == "https" and endpoint.opened:
            shown = await certificate_at(self._tools, self._site.host, fact.address, port)
            endpoint = replace(endpoint, certificate=shown)
        if reason is not None or not 200 <= record.status < 300:
            return _Try(endpoint, None)
        facts = facts_of(fetched)
        return _Try(replace(endpoint, title=facts.title), stable_text(facts, fetched.body))

    async def _follow(self, url: str, fact: AddressFact) -> tuple[Fetched, str]:
        """Open the page on one address, following redirects while they stay on the host.

        With a bad certificate the page is read all the same, and the second value names the
        defect ("" when there was none).
        """
        tls = ""
        fetched = await self._get(url, fact, verify=True)
        for _ in range(_MAX_HOPS):
            if fetched.record.reason is Reason.TLS and not tls:
                tls = fetched.record.detail or "tls"
                reread = await self._get(url, fact, verify=False)
                if reread.record.reason is not None:
                    return fetched, tls
                fetched = reread
            target = _next_hop(url, fetched)
            if not target or urlsplit(target).hostname != self._site.host:
                break
            url = target
            fetched = await self._get(url, fact, verify=not tls)
        return fetched, tls

    async def _get(self, url: str, fact: AddressFact, *, verify: bool) -> Fetched:
        return await self._tools.fetcher.fetch(
            url,
            family=6 if ":" in fact.address else 4,
            address=fact.address,
            follow=False,
            verify=verify,
            # The queue's breaker answers for a host, and here each address answers for itself.
            insist=True,
        )

    async def _opened(self, address: str, port: int, reason: Reason | None) -> bool | None:
        if reason is None or reason in _OPENED:
            return True
        if reason is Reason.REFUSED:
            return False
        if reason in {Reason.TIMEOUT, Reason.RESET}:
            return await tcp_open(self._tools, self._site.host, address, port)
        return None

    def _scheme(self, port: int) -> str:
        return next(scheme for scheme, number in self._ports if number == port)


def _next_hop(url: str, fetched: Fetched) -> str:
    record = fetched.record
    if record.reason is not None or not 300 <= record.status < 400 or not record.location:
        return ""
    try:
        return urljoin(url, record.location)
    except ValueError:
        return ""
