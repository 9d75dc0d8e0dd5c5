"""What the probe tests share: tools without waiting, a site, pages and certificates."""

from __future__ import annotations

import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from auditor.gather.tools import Tools
from auditor.model.site import Site
from tests.hostile.names import Names, Rule, rcode, records
from tests.hostile.tools import fetcher
from tests.hostile.web import Talk, Web

HOST = "www.example.gov.cn"
ZONE = "example.gov.cn"
NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
V4 = records(f"{HOST}. 60 A 127.0.0.1")
V6 = records(f"{HOST}. 60 AAAA ::1")
NONE = rcode("NOERROR")


@dataclass
class Naps:
    """A clock that is only asked to sleep."""

    taken: list[float] = field(default_factory=list)

    async def sleep(self, seconds: float) -> None:
        self.taken.append(seconds)


@dataclass
class Lab:
    """Tools over a scripted name server, and the naps that probes asked for."""

    tools: Tools
    names: Names
    naps: Naps


@asynccontextmanager
async def lab(
    *ports: int, rules: dict[tuple[str, str], Rule] | None = None, **more: Any
) -> AsyncIterator[Lab]:
    """A laboratory whose fetcher may contact loopback at these ports."""
    async with AsyncExitStack() as stack:
        names = await stack.enter_async_context(Names({(HOST, "A"): V4, (HOST, "AAAA"): V6}))
        names.rules |= rules or {}
        client = await stack.enter_async_context(fetcher(*ports, dns=names.where, **more))
        naps = Naps()
        tools = Tools(
            guard=client.guard,
            resolver=client.resolver,
            fetcher=client,
            clock=lambda: NOW,
            sleep=naps.sleep,
            name_server_port=names.port,
        )
        yield Lab(tools, names, naps)


def site(port: int, scheme: str = "http", **more: Any) -> Site:
    """The site under test at a port of loopback."""
    return Site("example", "示例县人民政府", f"{scheme}://{HOST}:{port}/", **more)


def html(title: str, body: str, head: str = "", encoding: str = "utf-8") -> bytes:
    """A page."""
    text = (
        f'<!DOCTYPE html><html lang="zh-CN"><head><meta charset="{encoding}">'
        f"<title>{title}</title>{head}</head><body>{body}</body></html>"
    )
    return text.encode(encoding)


def page(body: bytes, status: int = 200) -> Callable[[Talk], Awaitable[None]]:
    """A script that answers with a page."""

    async def script(talk: Talk) -> None:
        await talk.answer(status, body, ("Content-Type", "text/html"))

    return script


def free_pair() -> tuple[int, int]:
    """A free port and its HTTPS twin, free on both families."""
    for port in range(21_000, 60_000, 7):
        if all(_free(number) for number in (port, port + 363)):
            return port, port + 363
    raise OSError("no pair of free ports")


def _free(port: int) -> bool:
    for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        with socket.socket(family) as sock:
            try:
                sock.bind((host, port))
            except OSError:
                return False
    return True


@dataclass(frozen=True)
class Authority:
    """A certificate authority made for one test."""

    folder: Path
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @classmethod
    def create(cls, folder: Path) -> Authority:
        key = ec.generate_private_key(ec.SECP256R1())
        name = _name("Test authority")
        certificate = (
            _builder(name, name, key)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(_usage(sign=True), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
            .sign(key, hashes.SHA256())
        )
        authority = cls(folder, key, certificate)
        authority.file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        return authority

    @property
    def file(self) -> Path:
        """The authority's certificate as PEM."""
        return self.folder / "authority.pem"

    def context(self, host: str = HOST) -> ssl.SSLContext:
        """A server's TLS settings with a fresh certificate for `host`."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = (
            _builder(_name(host), self.certificate.subject, key)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), False
            )
            .sign(self.key, hashes.SHA256())
        )
        path = self.folder / f"{certificate.serial_number}.pem"
        path.write_bytes(
            certificate.public_bytes(serialization.Encoding.PEM)
            + key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
    )


def _usage(*, sign: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=sign,
        crl_sign=sign,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def both(port: int, scripts: dict[str, Any], tls: ssl.SSLContext | None = None) -> list[Web]:
    """The same scripts on IPv4 and IPv6 loopback; enter each."""
    return [Web(dict(scripts), host=host, port=port, tls=tls) for host in ("127.0.0.1", "::1")]
