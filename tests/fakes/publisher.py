"""A server on loopback that publishes documents over real TLS, with a certificate of an authority of its own; it can also misbehave."""

from __future__ import annotations

import gzip
import json
import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOST = "client.example"
Misbehaviour = Callable[[ssl.SSLSocket, threading.Event], None]


@dataclass
class Publisher:
    """What it publishes by path, how often somebody connected, and the requests as they came."""

    port: int
    trust: ssl.SSLContext
    answers: dict[str, bytes | Misbehaviour] = field(default_factory=dict)
    connections: int = 0
    asked: list[str] = field(default_factory=list)
    requests: list[bytes] = field(default_factory=list)

    def url(self, path: str) -> str:
        return f"https://{HOST}:{self.port}{path}"

    def publish(self, path: str, document: object, **headers: str) -> str:
        """Answer a path with a document; return its address."""
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        self.answers[path] = reply(200, body, **{"Content-Type": "application/json", **headers})
        return self.url(path)

    def publish_client(self, path: str = "/oauth/client.json", **changed: Any) -> str:
        """Publish a good document of a client, with what a test wants to be different; None leaves a member out."""
        document = {
            "client_id": self.url(path),
            "client_name": "Example Client",
            "redirect_uris": ["https://client.example/cb"],
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
            "token_endpoint_auth_method": "none",
            **changed,
        }
        return self.publish(path, {name: value for name, value in document.items() if value is not None})


def reply(status: int, body: bytes, **headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status} Said", *(f"{name}: {value}" for name, value in headers.items()), f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode() + body


def drip(start: bytes) -> Misbehaviour:
    """Say the start, then a byte now and then, without an end."""

    def drips(connection: ssl.SSLSocket, over: threading.Event) -> None:
        connection.sendall(start)
        while not over.wait(0.02):
            connection.sendall(b"x")

    return drips


def flood(connection: ssl.SSLSocket, over: threading.Event) -> None:
    """Send a body without an end, as fast as it goes."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
    while not over.is_set():
        connection.sendall(b" " * 65536)


def bomb() -> bytes:
    """Return an answer of some kilobytes that unpacks to 10 MB."""
    packed = gzip.compress(b" " * 10_000_000)
    return reply(200, packed, **{"Content-Type": "application/json", "Content-Encoding": "gzip"})


@contextmanager
def publishing(folder: Path) -> Iterator[Publisher]:
    """Serve as long as the block lasts."""
    served, trust = _contexts(folder)
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        publisher = Publisher(listener.getsockname()[1], trust)
        thread = threading.Thread(target=_serve, args=(listener, served, publisher, over), name="publisher")
        thread.start()
        try:
            yield publisher
        finally:
            over.set()
            with suppress(OSError), socket.create_connection(("127.0.0.1", publisher.port), timeout=5):
                pass
            thread.join(10)
            assert not thread.is_alive()


def _serve(listener: socket.socket, context: ssl.SSLContext, publisher: Publisher, over: threading.Event) -> None:
    while True:
        raw, _ = listener.accept()
        if over.is_set():
            raw.close()
            return
        publisher.connections += 1
        raw.settimeout(5)
        with raw, suppress(OSError), context.wrap_socket(raw, server_side=True) as connection:
            _answer(connection, publisher, over)


def _answer(connection: ssl.SSLSocket, publisher: Publisher, over: threading.Event) -> None:
    head = b""
    while b"\r\n\r\n" not in head and (part := connection.recv(4096)):
        head += part
    length = re.search(rb"(?i)\r\nContent-Length: *(\d+)", head)
    while length and len(head.partition(b"\r\n\r\n")[2]) < int(length[1]) and (part := connection.recv(65536)):
        head += part
    publisher.requests.append(head)
    path = head.split(b" ")[1].decode()
    publisher.asked.append(path)
    answer = publisher.answers.get(path, reply(404, b"{}"))
    if isinstance(answer, bytes):
        connection.sendall(answer)
    else:
        answer(connection, over)


@cache
def _certificate() -> tuple[bytes, bytes]:
    """Return a self-signed certificate for HOST and its key, both as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return built.public_bytes(serialization.Encoding.PEM), secret


def _contexts(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    certificate, key = _certificate()
    file = folder / "publisher.pem"
    file.write_bytes(certificate + key)
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(file)
    trust = ssl.create_default_context(cadata=certificate.decode())
    return served, trust
