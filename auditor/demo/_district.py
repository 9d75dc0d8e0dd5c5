"""The demo district: starts its servers, says where they are, and stops them."""

from __future__ import annotations

import contextlib
import errno
import socket
import ssl
import tempfile
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import yaml

from auditor.demo import _outside
from auditor.demo._authority import Authority
from auditor.demo._names import NameServer, NameTable
from auditor.demo._render import SiteRenderer, Surroundings
from auditor.demo._resource import Resource
from auditor.demo._spec import DistrictSpec, SiteSpec, load_district
from auditor.demo._web import VirtualSite, WebServer, virtual_site
from auditor.demo._zones import NAME_SERVERS, OUTSIDE_ADDRESS, name_table

#: The day of judgement for which the truth file holds.
AS_OF = date(2026, 11, 20)
#: HTTPS lies as far above HTTP as 443 above 80, which is how the auditor finds the twin.
_TWIN = 443 - 80
_OWN_PORT = 10
_ATTEMPTS = 20
_LOCAL = "127.0.0.1"
_LOCAL6 = "::1"


class District:
    """A made-up district on loopback: `async with District() as district:`.

    Ports that are taken are replaced by free ones (port 0 asks for that at once); afterwards
    `http_port`, `https_port` and `dns_port` say which. OSError when loopback IPv4 cannot be
    used. Without IPv6 on the machine the sites are served over IPv4 alone.
    """

    def __init__(
        self,
        http_port: int = 8180,
        https_port: int = 8543,
        dns_port: int = 5300,
        *,
        as_of: date = AS_OF,
    ) -> None:
        self.http_port = http_port
        self.https_port = https_port
        self.dns_port = dns_port
        self.as_of = as_of
        self.spec: DistrictSpec = load_district()
        self.table = NameTable({}, frozenset())
        self._sites: dict[str, VirtualSite] = {}
        self._stack = contextlib.AsyncExitStack()
        self._ca_file: Path | None = None

    async def __aenter__(self) -> Self:
        try:
            await self._start()
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._stack.aclose()

    @property
    def ca_file(self) -> Path:
        """The authority that signed the sites' certificates (PEM); RuntimeError before start."""
        if self._ca_file is None:
            raise RuntimeError("the district has not been started")
        return self._ca_file

    @property
    def resolver(self) -> str:
        """The DNS server as `ip:port`."""
        return f"{_LOCAL}:{self.dns_port}"

    @property
    def own_port(self) -> int:
        """The port of the site that is closed on IPv6."""
        return self.http_port + _OWN_PORT

    def homepage(self, site: SiteSpec) -> str:
        """The home page's URL."""
        return self._origin(site) + "/"

    def article_url(self, site_id: str, title: str) -> str:
        """The URL of the article with this title; KeyError when the site has none."""
        renderer = self._sites[site_id].renderer
        for articles in renderer.articles.values():
            for article in articles:
                if article.title == title:
                    return renderer.origin + article.path
        raise KeyError(title)

    def lookup(self, url: str) -> Resource | None:
        """The finished answer for a URL of one of the sites, without asking the server."""
        for virtual in self._sites.values():
            origin = virtual.renderer.origin
            if url.startswith(origin + "/"):
                return virtual.find(url.removeprefix(origin))
        return None

    def pages(self) -> tuple[str, ...]:
        """Every HTML page of every site that lets visitors in, by URL."""
        return tuple(
            virtual.renderer.origin + address
            for virtual in self._sites.values()
            if not virtual.renderer.site.shield
            for address, item in virtual.resources.items()
            if item.page
        )

    def config(self) -> dict[str, Any]:
        """The configuration with which this district is audited, as plain data."""
        return {
            "register": [self._entry(site) for site in self.spec.sites],
            "scheme": ["gb19-2019", "zichuan-2019"],
            "as_of": self.as_of.isoformat(),
            "crawl": {"max_pages": 1000, "max_depth": 12, "max_seconds": 600, "page_timeout_s": 15},
            "politeness": {"delay_s": 0, "per_host": 4, "per_ip": 8, "adaptive": False},
            "network": {
                "resolvers": [self.resolver],
                "allow": ["127.0.0.0/8", "::1"],
                "allow_ports": [self.http_port, self.https_port, self.own_port],
                "name_server_port": self.dns_port,
                "ca_file": str(self.ca_file),
                "ipv6": "on" if _has_ipv6() else "off",
            },
            "search": {"max_queries": 30, "delay_s": 0},
        }

    def write_config(self, path: Path) -> Path:
        """Write `config()` as YAML; answers the path."""
        text = yaml.safe_dump(self.config(), allow_unicode=True, sort_keys=False)
        path.write_text(text, "utf-8")
        return path

    def _entry(self, site: SiteSpec) -> dict[str, Any]:
        return {
            "id": site.id,
            "name": site.name,
            "homepage": self.homepage(site),
            "type": site.type,
            "organisation": site.organisation,
            "region_code": self.spec.region_code,
            "site_code": site.site_code,
            "icp": site.icp,
            "police": site.police,
            "aliases": list(site.aliases),
            "closed_hosts": list(site.closed_hosts),
        }

    def _origin(self, site: SiteSpec) -> str:
        if site.own_port:
            return f"http://{site.host}:{self.own_port}"
        if site.secure:
            return f"https://{site.host}:{self.https_port}"
        return f"http://{site.host}:{self.http_port}"

    # --- starting ------------------------------------------------------------------------------

    async def _start(self) -> None:
        folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="lanting-")))
        authority = Authority(folder)
        self._ca_file = authority.ca_file
        web_sockets = self._bind_web()
        self._build()
        await self._start_names()
        context = self._tls(authority)
        sites = {site.renderer.site.host: site for site in self._sites.values()}
        redirects, copies = self._aliases()
        server = WebServer(sites, redirects=redirects, copies=copies, https_port=self.https_port)
        self._stack.push_async_callback(server.stop)
        await server.start(
            [(sock, context[family] if secure else None) for sock, secure, family in web_sockets]
        )

    def _build(self) -> None:
        homes = {site.id: (site.name, self.homepage(site)) for site in self.spec.sites}
        around = Surroundings(self.as_of, self.http_port, self.https_port, homes)
        for site in self.spec.sites:
            self._sites[site.id] = virtual_site(SiteRenderer(site, around, self._origin(site)))

    def _aliases(self) -> tuple[dict[str, VirtualSite], dict[str, VirtualSite]]:
        redirects: dict[str, VirtualSite] = {}
        copies: dict[str, VirtualSite] = {}
        for site in self.spec.sites:
            for host in site.aliases:
                kind = copies if host in site.copies else redirects
                kind[host] = self._sites[site.id]
        return redirects, copies

    def _tls(self, authority: Authority) -> Mapping[int, ssl.SSLContext]:
        """One context per address family, choosing the certificate by name."""
        names = {
            host: [host]
            for site in self.spec.sites
            if site.secure
            for host in (site.host, *site.aliases)
        }
        names |= {host: [host] for host in _outside.HOSTS}
        contexts = {host: authority.context(hosts) for host, hosts in names.items()}
        strange = authority.context(["localhost"])
        wrong = {s.host: strange for s in self.spec.sites if s.ipv6 == "other-certificate"}
        return {
            4: _by_name(authority, contexts),
            6: _by_name(authority, {**contexts, **wrong}),
        }

    async def _start_names(self) -> None:
        self.table = name_table(self.spec)
        addresses = [_LOCAL, *NAME_SERVERS.values()]
        if _has_ipv6():
            addresses.append(_LOCAL6)
        for attempt in range(_ATTEMPTS):
            server = NameServer(self.table)
            port = self.dns_port if attempt == 0 and self.dns_port else _free_port()
            try:
                await server.start(addresses, port)
            except OSError as error:
                await server.stop()
                if error.errno != errno.EADDRINUSE or attempt == _ATTEMPTS - 1:
                    raise
                continue
            self.dns_port = port
            self._stack.push_async_callback(server.stop)
            return

    def _bind_web(self) -> list[tuple[socket.socket, bool, int]]:
        """Bound sockets with whether they carry TLS, and their address family (4 or 6)."""
        for attempt in range(_ATTEMPTS):
            asked = attempt == 0 and bool(self.http_port and self.https_port)
            http = self.http_port if asked else _free_port()
            https = self.https_port if asked else http + _TWIN
            with contextlib.ExitStack() as stack:
                try:
                    found = [
                        (stack.enter_context(_bound(address, port)), secure, family)
                        for address, port, secure, family in self._places(http, https)
                    ]
                except OSError as error:
                    if error.errno != errno.EADDRINUSE:
                        raise
                    continue
                stack.pop_all()
                self.http_port, self.https_port = http, https
                for sock, _, _ in found:
                    self._stack.callback(sock.close)
                return found
        raise OSError(errno.EADDRINUSE, "found no free ports for the demo district")

    def _places(self, http: int, https: int) -> Iterator[tuple[str, int, bool, int]]:
        yield _LOCAL, http, False, 4
        yield _LOCAL, https, True, 4
        yield OUTSIDE_ADDRESS, http, False, 4
        yield OUTSIDE_ADDRESS, https, True, 4
        for site in self.spec.sites:
            if site.own_port:
                yield site.address, http + _OWN_PORT, False, 4
                continue
            yield site.address, http, False, 4
            if site.secure:
                yield site.address, https, True, 4
        if _has_ipv6():
            yield _LOCAL6, http, False, 6
            yield _LOCAL6, https, True, 6


def _by_name(authority: Authority, contexts: Mapping[str, ssl.SSLContext]) -> ssl.SSLContext:
    """A context that shows the certificate of the name asked for, and refuses other names."""

    def choose(sock: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> int | None:
        if name is None or name not in contexts:
            return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
        sock.context = contexts[name]
        return None

    first = authority.context(["localhost"])
    first.sni_callback = choose
    return first


def _bound(address: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        sock.bind((address, port))
        # Without listening, a second District could bind the same port as well.
        sock.listen(128)
        sock.setblocking(False)
    except BaseException:
        sock.close()
        raise
    return sock


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind((_LOCAL, 0))
        port: int = sock.getsockname()[1]
        return port if port + _TWIN < 65536 else port - _TWIN


def _has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as sock:
            sock.bind((_LOCAL6, 0))
    except OSError:
        return False
    return True
