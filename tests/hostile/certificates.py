"""Certificates for tests, made on the spot: good ones and one for every defect."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

NOW = datetime.now(UTC)


@dataclass(frozen=True)
class Holder:
    """A certificate with its key."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey

    @property
    def pem(self) -> bytes:
        """The certificate in PEM."""
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def der(self) -> bytes:
        """The certificate in DER."""
        return self.certificate.public_bytes(Encoding.DER)


def make(
    name: str,
    issuer: Holder | None = None,
    *,
    names: tuple[str, ...] = (),
    authority: bool = False,
    start_days: int = -10,
    end_days: int = 90,
    issuers_url: str = "",
    bits: int = 2048,
) -> Holder:
    """A certificate for `names`; self-signed without issuer."""
    key = rsa.generate_private_key(65537, bits)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW + timedelta(days=start_days))
        .not_valid_after(NOW + timedelta(days=end_days))
        .add_extension(x509.BasicConstraints(authority, None), critical=True)
    )
    if names:
        alternatives = [x509.DNSName(item) for item in names]
        builder = builder.add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
    if issuers_url:
        location = x509.UniformResourceIdentifier(issuers_url)
        access = x509.AccessDescription(AuthorityInformationAccessOID.CA_ISSUERS, location)
        builder = builder.add_extension(x509.AuthorityInformationAccess([access]), critical=False)
    signer = issuer.key if issuer else key
    return Holder(builder.sign(signer, hashes.SHA256()), key)


def server_context(folder: Path, holder: Holder, *above: Holder) -> ssl.SSLContext:
    """A server's context that sends the certificate and what is above it."""
    path = folder / f"{holder.certificate.serial_number}.pem"
    private = holder.key.private_bytes(
        Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()
    )
    path.write_bytes(private + holder.pem + b"".join(item.pem for item in above))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context
