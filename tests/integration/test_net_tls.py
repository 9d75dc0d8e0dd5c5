"""HTTPS defects told apart, by real handshakes."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
import warnings
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from auditor.gather.guard import Guard
from auditor.gather.robots import Robots
from auditor.gather.tls import probe_tls, read_certificates
from auditor.model.artifact import AddressFact, TlsProbe
from tests.hostile.certificates import Holder, make, server_context
from tests.hostile.http_cases import HELLO, answer
from tests.hostile.names import Names, records
from tests.hostile.tools import LOOPBACK, fetcher
from tests.hostile.web import Web

HOST = "www.example.gov.cn"


@dataclass(frozen=True)
class Pki:
    """A root that is trusted, and one that nobody knows."""

    folder: Path
    root: Holder
    middle: Holder
    stranger: Holder

    @property
    def ca_file(self) -> str:
        """The trusted root as `network.ca_file`."""
        return str(self.folder / "root.pem")

    def context(self, *above: Holder, issuer: Holder | None = None, **more: Any) -> ssl.SSLContext:
        """A server's context for a fresh certificate."""
        leaf = make("site", issuer or self.root, **({"names": (HOST,)} | more))
        return server_context(self.folder, leaf, *above)


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    folder = tmp_path_factory.mktemp("pki")
    root = make("Test Root", authority=True)
    middle = make("Test Middle", root, authority=True)
    (folder / "root.pem").write_bytes(root.pem)
    return Pki(folder, root, middle, make("Stranger", authority=True))


async def probe(pki: Pki, context: ssl.SSLContext, *ports: int, host: str = HOST) -> TlsProbe:
    """Probe a server with the context; `ports` may be fetched from."""
    async with Web({"*": answer(HELLO)}, tls=context) as web, fetcher(*ports) as client:
        return await probe_tls(
            host,
            web.port,
            [AddressFact("127.0.0.1", "allowed")],
            guard=Guard(LOOPBACK),
            fetcher=client,
            ca_file=pki.ca_file,
            timeout_s=2,
        )


async def test_good(pki: Pki) -> None:
    found = await probe(pki, pki.context(pki.middle, issuer=pki.middle, names=(HOST, "gov.cn")))
    assert (found.verdict, found.reason, found.protocol) == ("ok", None, "TLSv1.3")
    assert found.names == (HOST, "gov.cn")
    assert found.not_after is not None


@pytest.mark.parametrize(
    ("settings", "verdict"),
    [
        ({"end_days": -1}, "expired"),
        ({"start_days": 1}, "not-yet-valid"),
        ({"names": ("other.gov.cn",)}, "wrong-name"),
        ({"names": ("*.gov.cn",)}, "wrong-name"),
        ({"names": ()}, "wrong-name"),
        ({"names": ("*.example.gov.cn",)}, "ok"),
        ({"end_days": -1, "names": ("other.gov.cn",)}, "wrong-name"),
    ],
)
async def test_certificate_defects(pki: Pki, settings: dict[str, Any], verdict: str) -> None:
    found = await probe(pki, pki.context(**settings))
    assert (found.verdict, found.reason) == (verdict, None)
    assert found.not_after is not None


async def test_a_name_in_the_subject_alone_does_not_count(pki: Pki) -> None:
    leaf = make(HOST, pki.root)
    found = await probe(pki, server_context(pki.folder, leaf))
    assert found.verdict == "wrong-name"


async def test_self_signed_and_untrusted(pki: Pki) -> None:
    alone = make(HOST, names=(HOST,))
    assert (await probe(pki, server_context(pki.folder, alone))).verdict == "self-signed"
    unknown = await probe(pki, pki.context(issuer=pki.stranger))
    assert unknown.verdict == "untrusted"
    with_root = await probe(pki, pki.context(pki.stranger, issuer=pki.stranger))
    assert with_root.verdict == "untrusted"


async def test_expired_certificate_above(pki: Pki) -> None:
    old = make("Old Middle", pki.root, authority=True, end_days=-1)
    found = await probe(pki, pki.context(old, issuer=old))
    assert found.verdict == "expired"
    assert "above" in found.detail


@pytest.mark.parametrize("form", ["der", "pem"])
async def test_missing_intermediate(pki: Pki, form: str) -> None:
    body = getattr(pki.middle, form)
    async with Web({"/middle.crt": answer(body)}) as issuers:
        context = pki.context(issuer=pki.middle, issuers_url=issuers.url("/middle.crt"))
        assert (await probe(pki, context, issuers.port)).verdict == "missing-intermediate"
        assert len(issuers.log) == 1
        # Not to be had, or not allowed to be fetched: nothing is known but "untrusted".
        assert (await probe(pki, context, 80)).verdict == "untrusted"


async def test_two_missing_intermediates(pki: Pki) -> None:
    async with Web({}) as issuers:
        lower = make("Lower", pki.middle, authority=True, issuers_url=issuers.url("/middle.crt"))
        issuers.scripts["/lower.crt"] = answer(lower.der)
        issuers.scripts["/middle.crt"] = answer(pki.middle.der)
        context = pki.context(issuer=lower, issuers_url=issuers.url("/lower.crt"))
        assert (await probe(pki, context, issuers.port)).verdict == "missing-intermediate"


async def test_an_issuer_cannot_make_itself_trusted(pki: Pki) -> None:
    """A caIssuers file with a self-signed root must not become an anchor."""
    endless = make("Endless", pki.stranger, authority=True)
    async with Web({"/r": answer(pki.stranger.der), "/rubbish": answer(b"\x30\x82rubbish")}) as web:
        for issuer, path in ((pki.stranger, "/r"), (pki.stranger, "/rubbish"), (endless, "/r")):
            context = pki.context(issuer=issuer, issuers_url=web.url(path))
            assert (await probe(pki, context, web.port)).verdict == "untrusted"


async def test_old_protocol(pki: Pki) -> None:
    context = pki.context()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1
    context.set_ciphers("ALL:@SECLEVEL=0")
    found = await probe(pki, context)
    assert (found.verdict, found.protocol, found.reason) == ("old-protocol", "TLSv1", None)


async def test_ciphers_that_browsers_accept_are_fine(pki: Pki) -> None:
    context = pki.context()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("AES128-SHA")
    found = await probe(pki, context)
    assert (found.verdict, found.protocol) == ("ok", "TLSv1.2")


async def test_weak_cipher(pki: Pki) -> None:
    context = pki.context()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("AECDH-AES128-SHA:@SECLEVEL=0")
    found = await probe(pki, context)
    assert (found.verdict, found.protocol) == ("old-protocol", "TLSv1.2")


Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def stall(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        await reader.read()  # until the prober gives up
    finally:
        writer.close()


async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(100)
    writer.close()


async def reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.close()


async def plain_http(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(100)
    writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    writer.close()


async def alert(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(100)
    writer.write(bytes([21, 3, 3, 0, 2, 2, 40]))  # fatal, handshake_failure
    writer.close()


@pytest.mark.parametrize(
    ("handler", "verdict", "reason"),
    [
        (stall, "handshake-failed", "timeout"),
        (hang_up, "handshake-failed", "connection-reset"),
        (reset, "handshake-failed", "connection-reset"),
        (plain_http, "handshake-failed", None),
        (alert, "handshake-failed", None),
    ],
)
async def test_no_handshake(handler: Handler, verdict: str, reason: str | None) -> None:
    server = await asyncio.start_server(handler, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    found = await probe_tls(
        HOST,
        port,
        [AddressFact("127.0.0.1", "allowed")],
        guard=Guard(LOOPBACK),
        timeout_s=0.4,
    )
    server.close()
    await server.wait_closed()
    assert (found.verdict, found.reason) == (verdict, reason)


async def test_closed_denied_and_nothing() -> None:
    async with Web({}) as web:
        closed = web.port
    guard = Guard(LOOPBACK)
    local = AddressFact("127.0.0.1", "allowed")
    found = await probe_tls(HOST, closed, [local], guard=guard)
    assert (found.verdict, found.reason) == ("closed", None)
    denied = await probe_tls(HOST, 443, [AddressFact("10.0.0.1", "private")], guard=guard)
    assert denied.reason == "address-not-allowed"
    assert (await probe_tls(HOST, 443, [], guard=guard)).reason == "no-address"


async def test_another_address_is_tried(pki: Pki) -> None:
    async with Web({}, host="127.0.0.3", tls=pki.context()) as web:
        found = await probe_tls(
            HOST,
            web.port,
            [AddressFact("127.0.0.2", "allowed"), AddressFact("127.0.0.3", "allowed")],
            guard=Guard(LOOPBACK),
            ca_file=pki.ca_file,
        )
    assert found.verdict == "ok"


@pytest.mark.parametrize(
    ("settings", "detail"),
    [
        ({"end_days": -1}, "expired"),
        ({"names": ("other.gov.cn",)}, "wrong-name"),
        ({}, ""),
    ],
)
async def test_fetching_over_https(pki: Pki, settings: dict[str, Any], detail: str) -> None:
    dns = Names({(HOST, "A"): records(f"{HOST}. 60 A 127.0.0.1")})
    async with (
        Web({"/": answer(HELLO)}, tls=pki.context(**settings)) as web,
        dns,
        fetcher(web.port, dns=dns.where, ca_file=pki.ca_file) as client,
    ):
        record = (await client.fetch(web.url("/", host=HOST))).record
        assert record.reason == ("tls-error" if detail else None)
        assert record.detail == detail
        # Citizens can click through; so can the audit, once the defect is known.
        anyway = await client.fetch(web.url("/", host=HOST), verify=False)
        assert (anyway.record.reason, anyway.body) == (None, HELLO)
        # A connection made without verification is not used for a request that wants it.
        again = (await client.fetch(web.url("/", host=HOST))).record
        assert again.detail == detail


async def test_robots_are_read_over_a_bad_certificate(pki: Pki) -> None:
    dns = Names({(HOST, "A"): records(f"{HOST}. 60 A 127.0.0.1")})
    rules = answer(b"User-agent: *\nDisallow: /private/\n")
    async with (
        Web({"/robots.txt": rules}, tls=pki.context(end_days=-1)) as web,
        dns,
        fetcher(web.port, dns=dns.where, ca_file=pki.ca_file) as client,
    ):
        robots = Robots(client)
        assert (await robots.file(web.url("/", host=HOST))).state == "ok"
        assert not await robots.allowed(web.url("/private/x", host=HOST))


async def test_fetch_tells_connecting_from_handshaking() -> None:
    server = await asyncio.start_server(stall, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with fetcher(port, connect_s=0.4) as client:
        record = (await client.fetch(f"https://127.0.0.1:{port}/")).record
    server.close()
    await server.wait_closed()
    assert (record.reason, record.detail) == ("timeout", "tls-handshake")


def test_issuer_files(pki: Pki) -> None:
    from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

    for encoding in (Encoding.DER, Encoding.PEM):
        bundle = pkcs7.serialize_certificates([pki.middle.certificate], encoding)
        assert read_certificates(bundle) == (pki.middle.certificate,)
    assert read_certificates(pki.root.pem + pki.middle.pem) == (
        pki.root.certificate,
        pki.middle.certificate,
    )
    for rubbish in (b"", b"<html>", b"\x30\x80", b"-----BEGIN CERTIFICATE-----\nx\n"):
        assert read_certificates(rubbish) == ()
