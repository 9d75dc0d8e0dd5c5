"""The district's web server: virtual hosts over HTTP and HTTPS on loopback, IPv4 and IPv6."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from aiohttp import web

from auditor.demo import _outside, _search
from auditor.demo._render import SiteRenderer, missing_page
from auditor.demo._resource import Resource, html

_CHALLENGE = (
    "<script>var _0x={n};document.cookie='__jsl_clearance_s='+_0x;"
    "location.href=location.pathname+location.search</script>"
)
_OTHER_SERVER = (
    "<!DOCTYPE html><html><head><title>Welcome to nginx!</title></head><body>"
    "<h1>Welcome to nginx!</h1><p>If you see this page, the web server is successfully installed"
    " and working. Further configuration is required.</p></body></html>"
)


@dataclass(frozen=True, slots=True)
class VirtualSite:
    """A site ready to be served. `resources` are keyed by path and sorted query."""

    renderer: SiteRenderer
    resources: Mapping[str, Resource]
    missing: Resource

    def find(self, address: str) -> Resource | None:
        """The stored answer for a path with its query, in whatever order its parameters are."""
        key = _key(address)
        return self.resources.get(key) or self.resources.get(_without_index(key))


def virtual_site(renderer: SiteRenderer) -> VirtualSite:
    """Render a site once and keep every answer."""
    found = {_key(address): item for address, item in renderer.resources().items()}
    return VirtualSite(renderer, found, missing_page(renderer, "/"))


class WebServer:
    """Serves sites by host name. `redirects` are aliases that lead to the main domain, `copies`
    aliases that serve the site under a second name."""

    def __init__(
        self,
        sites: Mapping[str, VirtualSite],
        *,
        redirects: Mapping[str, VirtualSite],
        copies: Mapping[str, VirtualSite],
        https_port: int,
    ) -> None:
        self._sites = sites
        self._redirects = redirects
        self._copies = copies
        self._https_port = https_port
        self._runner = web.ServerRunner(web.Server(self._handle, access_log=None))

    async def start(self, sockets: list[tuple[socket.socket, ssl.SSLContext | None]]) -> None:
        """Serve on bound sockets, with TLS where a context is given."""
        await self._runner.setup()
        for sock, context in sockets:
            site = web.SockSite(self._runner, sock, ssl_context=context)
            await site.start()

    async def stop(self) -> None:
        """Stop at once; open connections are dropped."""
        await self._runner.shutdown()
        await self._runner.cleanup()

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        host = request.host.rsplit(":", 1)[0].lower()
        resource = self._find(request, host)
        if resource.delay_s:
            await asyncio.sleep(resource.delay_s)
        if request.method not in {"GET", "HEAD"} or (request.method == "HEAD" and resource.no_head):
            return web.Response(status=405, headers={"Allow": "GET"})
        headers = dict(resource.headers)
        if resource.status == 200:
            headers["ETag"] = resource.etag
            if request.headers.get("If-None-Match") == resource.etag:
                return web.Response(status=304, headers=headers)
        # The header as written: aiohttp would add a charset of its own.
        headers["Content-Type"] = resource.content_type
        return web.Response(body=resource.body, status=resource.status, headers=headers)

    def _find(self, request: web.BaseRequest, host: str) -> Resource:
        path = request.rel_url.raw_path_qs
        if host in self._redirects:
            target = self._redirects[host].renderer.origin + path
            return Resource(b"", status=301, headers={"Location": target})
        if host in self._copies:
            return self._page(self._copies[host], request)
        site = self._sites.get(host)
        if site is None:
            outside = _outside.answer(host, request.path, self._https_port)
            return outside or html("no such site", status=421)
        if site.renderer.site.secure and not request.secure:
            target = site.renderer.origin + path
            return Resource(b"", status=301, headers={"Location": target})
        return self._page(site, request)

    def _page(self, site: VirtualSite, request: web.BaseRequest) -> Resource:
        spec = site.renderer.site
        if spec.shield:
            return _shield(request.path)
        if spec.ipv6 == "other-content" and _over_ipv6(request):
            return html(_OTHER_SERVER)
        if request.path in spec.statuses:
            return html("<h1>Error</h1>", status=spec.statuses[request.path])
        if request.path == "/search" and spec.search != "none":
            return _search.answer(site.renderer, request.rel_url.raw_query_string)
        found = site.find(request.rel_url.raw_path_qs)
        if found is not None:
            return found
        status = 200 if spec.soft404 else 404
        return Resource(site.missing.body, site.missing.content_type, status=status)


def _shield(path: str) -> Resource:
    """What 加速乐 answers to a client that has not run its script."""
    number = sum(path.encode())
    return Resource(
        _CHALLENGE.format(n=number).encode(),
        "text/html",
        status=521,
        headers={"Set-Cookie": f"__jsluid_s={number:032x}; path=/; httponly"},
    )


def _over_ipv6(request: web.BaseRequest) -> bool:
    transport = request.transport
    return transport is not None and transport.get_extra_info("sockname")[0] == "::1"


def _key(address: str) -> str:
    path, _, query = address.partition("?")
    pairs = sorted(parse_qsl(query))
    return f"{path}?{urlencode(pairs)}" if pairs else path


def _without_index(key: str) -> str:
    return key.removesuffix("index.html") if key.endswith("/index.html") else key
