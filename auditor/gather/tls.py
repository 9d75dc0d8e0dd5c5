"""What is wrong with a host's HTTPS, told apart.

OpenSSL says "unable to get local issuer" both for an authority nobody trusts and for a server
that forgot to send its intermediate certificate; browsers forgive the second. A server that
speaks TLS 1.0 only looks like one that hangs up. Each is tried again in the way that tells.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import AuthorityInformationAccessOID

from auditor.gather._exchange import explain
from auditor.gather._tlscontext import lenient_context, verdict_of, verified_context
from auditor.gather.fetch import Fetcher
from auditor.gather.guard import Guard
from auditor.model.artifact import AddressFact, TlsProbe
from auditor.model.finding import Reason

CONNECT_S = 8.0
_MAX_ADDRESSES = 3
_MAX_NAMES = 100
_MAX_ISSUERS = 4
_ISSUER_BYTES = 256 * 1024
_OLD = frozenset({"SSLv3", "TLSv1", "TLSv1.1"})
_MISSING_ISSUER = frozenset({20, 21})  # X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, ..._VERIFY
_BAD_CERTIFICATE = (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm)


@dataclass(frozen=True, slots=True)
class _Shake:
    """One handshake. `error` is None when it was completed; `certificate` in DER."""

    error: Exception | None = None
    protocol: str = ""
    certificate: bytes = b""


async def probe_tls(
    host: str,
    port: int,
    addresses: Sequence[AddressFact],
    *,
    guard: Guard,
    fetcher: Fetcher | None = None,
    ca_file: str | None = None,
    timeout_s: float = CONNECT_S,
) -> TlsProbe:
    """Shake hands with the first address that opens, and name the defect if there is one.

    `timeout_s` holds for each connection and each handshake; `fetcher` loads missing
    intermediate certificates (without it they count as `untrusted`). Timeouts, resets and
    missing routes are a `reason`, not a verdict about the site.
    """
    base = TlsProbe(host, port, captured_at=datetime.now(UTC))
    usable = [item.address for item in addresses if guard.permits(item.address)]
    if not usable:
        reason = Reason.GUARD if addresses else Reason.NO_ADDRESS
        return replace(base, verdict="closed", reason=reason)
    turns = _Turns(host, fetcher)
    address, error = await _first_open(usable[:_MAX_ADDRESSES], port, timeout_s, turns)
    if error is not None:
        return _not_connected(base, error)
    probe = _Prober(host, address, port, timeout_s, fetcher, ca_file, turns)
    return await probe.judge(base)


@dataclass(frozen=True, slots=True)
class _Turns:
    """The queue in which connections wait as all requests to the host do."""

    host: str
    fetcher: Fetcher | None

    def at(self, address: str) -> AbstractAsyncContextManager[None]:
        """The turn for one connection."""
        if self.fetcher is None:
            return nullcontext()
        return self.fetcher.throttle.slot(self.host, address)


async def _first_open(
    addresses: Sequence[str], port: int, timeout_s: float, turns: _Turns
) -> tuple[str, Exception | None]:
    error: Exception | None = None
    for address in addresses:
        try:
            async with turns.at(address), asyncio.timeout(timeout_s):
                _, writer = await asyncio.open_connection(address, port)
        except (OSError, TimeoutError) as caught:
            # An observed refusal says more than a silent address.
            error = caught if error is None or _refused(caught) else error
            continue
        writer.transport.abort()
        return address, None
    return "", error


def _refused(error: Exception) -> bool:
    return explain(error)[0] is Reason.REFUSED


def _not_connected(base: TlsProbe, error: Exception) -> TlsProbe:
    reason, detail = explain(error)
    if reason is Reason.REFUSED:
        return replace(base, verdict="closed")
    return replace(base, verdict="closed", reason=reason, detail=f"connect {detail}".strip())


class _Prober:
    """Handshakes with one address."""

    def __init__(
        self,
        host: str,
        address: str,
        port: int,
        timeout_s: float,
        fetcher: Fetcher | None,
        ca_file: str | None,
        turns: _Turns,
    ) -> None:
        self._host, self._address, self._port = host, address, port
        self._timeout_s = timeout_s
        self._fetcher = fetcher
        self._ca_file = ca_file
        self._turns = turns

    async def judge(self, base: TlsProbe) -> TlsProbe:
        """The verdict: first as a careful browser, then in the ways that tell causes apart."""
        first = await self._shake(verified_context(self._ca_file))
        if first.error is None:
            return _described(base, first)
        second = await self._shake(lenient_context())
        if second.error is not None:
            return _no_handshake(base, first.error, second.error)
        if not isinstance(first.error, ssl.SSLError):
            # Hung up on without a word, then not: bad luck, or an offer that it dislikes.
            first = await self._shake(verified_context(self._ca_file))
        return await self._judge_offer(base, first, second)

    async def _judge_offer(self, base: TlsProbe, first: _Shake, second: _Shake) -> TlsProbe:
        """The lenient context got through; what did the careful browser stumble over?"""
        if first.error is None:
            return _described(base, first)
        described = _described(base, second)
        if isinstance(first.error, ssl.SSLCertVerificationError):
            return await self._judge_certificate(described, first.error, second)
        return _weak(described, first.error, second)

    async def _judge_certificate(
        self, base: TlsProbe, error: ssl.SSLCertVerificationError, seen: _Shake
    ) -> TlsProbe:
        verdict, detail = verdict_of(error), error.verify_message
        if error.verify_code in _MISSING_ISSUER and await self._completes(seen.certificate):
            verdict = "missing-intermediate"
        elif verdict == "expired" and base.not_after and base.not_after > datetime.now(UTC):
            detail = "a certificate above the site's own has expired"
        return replace(base, verdict=verdict, detail=detail)

    async def _completes(self, certificate: bytes) -> bool:
        """True when the chain verifies once the issuers that it names are added."""
        issuers = await self._issuers(certificate)
        if not issuers:
            return False
        pem = "".join(item.public_bytes(Encoding.PEM).decode("ascii") for item in issuers)
        again = await self._shake(verified_context(self._ca_file, ca_data=pem))
        if isinstance(again.error, ssl.SSLCertVerificationError):
            return again.error.verify_code not in _MISSING_ISSUER | {18, 19}
        return again.error is None

    async def _issuers(self, certificate: bytes) -> list[x509.Certificate]:
        """The intermediate certificates above the given one, by their caIssuers addresses."""
        found: list[x509.Certificate] = []
        current = _load(certificate)
        while current is not None and self._fetcher is not None and len(found) < _MAX_ISSUERS:
            url = _issuer_url(current)
            if not url:
                break
            fetched = await self._fetcher.fetch(url, body_limit=_ISSUER_BYTES)
            if fetched.record.reason is not None or fetched.record.status != 200:
                break
            current = _issuer_among(read_certificates(fetched.body), current)
            if current is not None:
                found.append(current)
        return found

    async def _shake(self, context: ssl.SSLContext) -> _Shake:
        loop = asyncio.get_running_loop()
        try:
            async with self._turns.at(self._address), asyncio.timeout(self._timeout_s):
                transport, _ = await loop.create_connection(
                    asyncio.Protocol,
                    self._address,
                    self._port,
                    ssl=context,
                    server_hostname=self._host,
                    ssl_handshake_timeout=self._timeout_s * 2,
                )
        except (OSError, TimeoutError) as error:
            return _Shake(error)
        secured = transport.get_extra_info("ssl_object")
        certificate = secured.getpeercert(binary_form=True) or b""
        protocol = secured.version() or ""
        transport.abort()
        return _Shake(None, protocol, certificate)


def _described(base: TlsProbe, shake: _Shake) -> TlsProbe:
    """The probe with what the leaf certificate says."""
    certificate = _load(shake.certificate)
    if certificate is None:
        return replace(base, protocol=shake.protocol)
    try:
        until, names = certificate.not_valid_after_utc, _names(certificate)
    except ValueError:
        return replace(base, protocol=shake.protocol)
    return replace(base, protocol=shake.protocol, not_after=until, names=names)


def _weak(base: TlsProbe, error: Exception, seen: _Shake) -> TlsProbe:
    """Only the lenient context got through: the server's protocol or ciphers are too weak."""
    if seen.protocol in _OLD:
        return replace(base, verdict="old-protocol", detail=f"{seen.protocol} only")
    reason, detail = explain(error)
    if reason is Reason.TIMEOUT:
        return replace(base, verdict="handshake-failed", reason=reason, detail=detail)
    said = error.reason if isinstance(error, ssl.SSLError) else ""
    return replace(base, verdict="old-protocol", detail=said or "weak cryptography only")


def _no_handshake(base: TlsProbe, first: Exception, second: Exception) -> TlsProbe:
    """Neither context got through; an alert or nonsense is the server's answer, silence is not."""
    for error in (first, second):
        if isinstance(error, ssl.SSLError):
            detail = error.reason or "TLS error"
            return replace(base, verdict="handshake-failed", detail=detail)
    reason, detail = explain(first)
    return replace(base, verdict="handshake-failed", reason=reason, detail=f"handshake {detail}")


def read_certificates(body: bytes) -> tuple[x509.Certificate, ...]:
    """Certificates of a caIssuers file: DER, PEM or PKCS #7; empty when it is none of these."""
    readers = (
        lambda data: [x509.load_der_x509_certificate(data)],
        x509.load_pem_x509_certificates,
        pkcs7.load_der_pkcs7_certificates,
        pkcs7.load_pem_pkcs7_certificates,
    )
    for read in readers:
        try:
            return tuple(read(body))
        except _BAD_CERTIFICATE:
            continue
    return ()


def _load(certificate: bytes) -> x509.Certificate | None:
    try:
        return x509.load_der_x509_certificate(certificate) if certificate else None
    except _BAD_CERTIFICATE:
        return None


def _issuer_url(certificate: x509.Certificate) -> str:
    try:
        access = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess)
    except (x509.ExtensionNotFound, *_BAD_CERTIFICATE):
        return ""
    for item in access.value:
        location = item.access_location
        if item.access_method == AuthorityInformationAccessOID.CA_ISSUERS and isinstance(
            location, x509.UniformResourceIdentifier
        ):
            return location.value
    return ""


def _issuer_among(
    candidates: Sequence[x509.Certificate], certificate: x509.Certificate
) -> x509.Certificate | None:
    """The candidate that signed the certificate. A self-issued one is never taken: added to
    the store it would make its owner an authority."""
    for candidate in candidates:
        try:
            if candidate.issuer == candidate.subject:
                continue
            certificate.verify_directly_issued_by(candidate)
        except _BAD_CERTIFICATE:
            continue
        return candidate
    return None


def _names(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except (x509.ExtensionNotFound, *_BAD_CERTIFICATE):
        return ()
    hosts = extension.value.get_values_for_type(x509.DNSName)
    literals = extension.value.get_values_for_type(x509.IPAddress)
    return tuple((*hosts, *(str(item) for item in literals))[:_MAX_NAMES])
