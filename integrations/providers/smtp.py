"""Mail over SMTP: one connection for many messages, and for each a clear answer: taken, refused, or nobody knows."""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING, Self

from integrations import mime
from integrations.contracts import MailRefused, OutcomeUnknown, Receipt, SmtpEndpoint, Verdict
from integrations.smtp_replies import REASONS, printable, refusal_of
from rocketsdr.lib import addresses

if TYPE_CHECKING:
    from typing_extensions import Buffer

CONNECT_TIMEOUT = 10.0  # seconds for each address of the host
MAX_REPLY = 65_536  # bytes of one answer of the server
_HOST_NAME = re.compile(r"[A-Za-z0-9.-]{1,253}")
_BARE_LINE_END = re.compile(rb"\r(?!\n)|(?<!\r)\n")


def open_connection(endpoint: SmtpEndpoint, *, allow_private: bool = False, context: ssl.SSLContext | None = None) -> SmtpConnection:
    """Connect and log in; raise `MailRefused` with the reason. `allow_private` is for a server on this machine or network."""
    connection = SmtpConnection(endpoint, allow_private=allow_private, context=context)
    connection.connect()
    return connection


class SmtpConnection:
    """A connection that sends one message after another, and connects anew when the server has hung up in between."""

    def __init__(self, endpoint: SmtpEndpoint, *, allow_private: bool, context: ssl.SSLContext | None) -> None:
        self._endpoint = endpoint
        self._allow_private = allow_private
        self._context = context
        self._client: _Client | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def connect(self) -> None:
        """Connect and log in, whatever was before."""
        self._drop()
        endpoint = self._endpoint
        place = f"{endpoint.host}:{endpoint.port}"
        found = _addresses(endpoint, allow_private=self._allow_private)
        try:
            self._client = _Client(endpoint, found, self._context)
            self._client.begin()
        except smtplib.SMTPResponseException as exc:
            self._drop()
            raise refusal_of(exc.smtp_code, exc.smtp_error, f"The mail server {place} refused the connection") from None
        except (ssl.SSLError, smtplib.SMTPNotSupportedError) as exc:
            self._drop()
            raise _no_tls(place, exc) from None
        except (OSError, smtplib.SMTPException):
            self._drop()
            message = f"The mail server {place} cannot be reached or does not answer."
            fix = "Check host, port and TLS mode: 587 is usual for STARTTLS, 465 for TLS."
            raise MailRefused(message, transient=True, verdict=Verdict.UNREACHABLE, fix=fix) from None
        self._log_in()

    def _log_in(self) -> None:
        endpoint, client = self._endpoint, self._client
        if client is None or not endpoint.username:
            return
        try:
            client.login(endpoint.username, endpoint.password)
        except smtplib.SMTPResponseException as exc:
            self._drop()
            transient = exc.smtp_code < 500
            message = f"The mail server {endpoint.host} refused the login ({exc.smtp_code})."
            fix = "Check user name and password; many providers want an app password."
            raise MailRefused(message, transient=transient, verdict=Verdict.AUTH_FAILED, reply_code=exc.smtp_code, fix=fix) from None
        except (OSError, smtplib.SMTPException, UnicodeError):
            self._drop()
            message = f"The mail server {endpoint.host} offers no login that works with this user name and password."
            raise MailRefused(message, transient=False, verdict=Verdict.AUTH_FAILED, fix="Check the TLS mode and the user name.") from None

    def prepare(self, mail_from: str, rcpt: str, *, size: int = 0) -> None:
        """Name sender and recipient. `MailRefused` here means that nothing was handed over."""
        commands = self._envelope(mail_from, rcpt, size)
        try:
            replies = self._client.dialogue(commands) if self._client else None
        except (OSError, smtplib.SMTPException):
            replies = None
        if replies is None or replies[0][0] == 421:  # it hung up after the last message: nothing is lost by a second call
            self.connect()
            replies = self._dialogue_after_connect(self._envelope(mail_from, rcpt, size))
        self._judge_envelope(replies)

    def _envelope(self, mail_from: str, rcpt: str, size: int) -> list[str]:
        limit = f" SIZE={size}" if size and self._client and self._client.has_extn("size") else ""
        return [f"MAIL FROM:<{mime.ascii_address(mail_from, 'from')}>{limit}", f"RCPT TO:<{mime.ascii_address(rcpt, 'to')}>"]

    def _dialogue_after_connect(self, commands: list[str]) -> list[tuple[int, bytes]]:
        try:
            return self._connected().dialogue(commands)
        except (OSError, smtplib.SMTPException):
            self._drop()
            message = f"The mail server {self._endpoint.host} hung up."
            raise MailRefused(message, transient=True, verdict=Verdict.UNREACHABLE) from None

    def _judge_envelope(self, replies: list[tuple[int, bytes]]) -> None:
        refused = next((place for place, (code, _) in enumerate(replies) if not 200 <= code < 300), None)
        if refused is None:
            return
        code, reply = replies[refused]
        self.reset()
        who = ("sender", "recipient")[refused]
        refusal = refusal_of(code, reply, f"The mail server refused the {who}")
        if who == "sender" and refusal.verdict not in (Verdict.THROTTLED, Verdict.GREYLISTED, Verdict.AUTH_FAILED):
            refusal = MailRefused(
                f"The mail server refused the sender ({code}): {REASONS[Verdict.SENDER_REFUSED]}.",
                transient=refusal.transient,
                verdict=Verdict.SENDER_REFUSED,
                reply_code=code,
                fix="Let the account send from its own address.",
            )
        raise refusal

    def transmit(self, data: bytes, *, message_id: str) -> Receipt:
        """Hand the prepared message over: `MailRefused` when the server says no, `OutcomeUnknown` when it says nothing."""
        try:
            code, reply = self._connected().docmd("DATA")
        except (OSError, smtplib.SMTPException):
            self._drop()
            message = "The mail server hung up before it got the message."
            raise _while_transmitting(MailRefused(message, transient=True, verdict=Verdict.UNREACHABLE)) from None
        if code != 354:
            self.reset()
            raise _while_transmitting(refusal_of(code, reply, "The mail server refused the message"))
        return self._hand_over(data, message_id)

    def _hand_over(self, data: bytes, message_id: str) -> Receipt:
        """Send the content. From its first byte on only an explicit answer tells what became of it."""
        ends = data.count(b"\r\n")
        lines = data if ends == data.count(b"\n") == data.count(b"\r") else _BARE_LINE_END.sub(b"\r\n", data)
        stuffed = b"." + lines if lines.startswith(b".") else lines
        ended = stuffed.replace(b"\r\n.", b"\r\n..").removesuffix(b"\r\n") + b"\r\n.\r\n"
        client = self._connected()
        try:
            client.send(ended)
            code, reply = client.getreply()
        except (OSError, smtplib.SMTPException) as exc:
            self._drop()
            raise OutcomeUnknown("The mail server fell silent after it got the message; it may have arrived.") from exc
        if 200 <= code < 300:
            return Receipt(message_id=message_id, server_response=f"{code} {printable(reply)}")
        if not 400 <= code < 600:
            self._drop()
            raise OutcomeUnknown("The mail server gave an answer that says neither yes nor no; the message may have arrived.")
        if code == 421:
            self._drop()
        raise _while_transmitting(refusal_of(code, reply, "The mail server refused the message"))

    def send(
        self, mail_from: str, rcpt: str, data: bytes, *, message_id: str, before_data: Callable[[], bool] | None = None
    ) -> Receipt | None:
        """Prepare, ask `before_data` for leave, transmit; None without leave, and then nothing was handed over."""
        self.prepare(mail_from, rcpt, size=len(data))
        if before_data is not None and not before_data():
            self.reset()
            return None
        return self.transmit(data, message_id=message_id)

    def reset(self) -> None:
        """Forget the message that was begun; a server that does not answer is left."""
        try:
            code, _ = self._client.rset() if self._client else (250, b"")
        except (OSError, smtplib.SMTPException):
            code = 421
        if code != 250:
            self._drop()

    def close(self) -> None:
        """Say goodbye and hang up."""
        try:
            if self._client:
                self._client.docmd("QUIT")
        except (OSError, smtplib.SMTPException):
            pass  # it hung up first, which is all we wanted
        finally:
            self._drop()

    def _connected(self) -> _Client:
        if self._client is None:
            raise MailRefused("There is no connection to the mail server.", transient=True, verdict=Verdict.UNREACHABLE)
        return self._client

    def _drop(self) -> None:
        if self._client is not None:
            self._client.close()
        self._client = None


class _Client(smtplib.SMTP):
    """smtplib that goes to addresses checked before, and waits for a whole answer no longer than its timeout."""

    def __init__(self, endpoint: SmtpEndpoint, found: list[str], context: ssl.SSLContext | None) -> None:
        self._endpoint = endpoint
        self._found = found
        self._tls = None if endpoint.tls == "none" else context or ssl.create_default_context()
        self._pending = b""
        super().__init__(endpoint.host, endpoint.port, local_hostname=_helo_name(endpoint), timeout=endpoint.timeout)

    def begin(self) -> None:
        """Greet, and turn encryption on where it is asked for: without it nothing goes further."""
        self.ehlo_or_helo_if_needed()
        if self._endpoint.tls == "starttls":
            code, reply = self.starttls(context=self._tls)
            if code != 220:
                raise smtplib.SMTPNotSupportedError(f"STARTTLS was refused: {code} {printable(reply)}")
            self._pending = b""  # what came before the encryption may be anybody's
            self.ehlo_or_helo_if_needed()

    def dialogue(self, commands: list[str]) -> list[tuple[int, bytes]]:
        """Send commands, all at once if the server allows that, and return its answers; without that, stop at the first refusal."""
        if self.has_extn("pipelining"):
            self.send("".join(f"{command}\r\n" for command in commands))
            return [self.getreply() for _ in commands]
        replies = []
        for command in commands:
            replies.append(self.docmd(command))
            if not 200 <= replies[-1][0] < 300:
                break
        return replies

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        connected = _first_that_answers(self._found, port, min(timeout, CONNECT_TIMEOUT))
        connected.settimeout(timeout)
        if self._endpoint.tls != "tls" or self._tls is None:
            return connected
        try:
            return self._tls.wrap_socket(connected, server_hostname=host)
        except OSError:
            connected.close()
            raise

    def getreply(self) -> tuple[int, bytes]:
        """Return one whole answer; smtplib's own would wait for ever for a server that sends a byte now and then."""
        ends, lines = monotonic() + self.timeout, list[bytes]()
        while True:
            line = self._line(ends)
            lines.append(line[4:].strip())
            if not line[:3].isdigit():
                return -1, b"\n".join(lines)
            if line[3:4] != b"-":
                return int(line[:3]), b"\n".join(lines)
            if sum(map(len, lines)) + len(lines) > MAX_REPLY:
                raise self._hung_up("too long an answer")

    def _line(self, ends: float) -> bytes:
        while b"\n" not in self._pending:
            left = ends - monotonic()
            if self.sock is None or left <= 0 or len(self._pending) > MAX_REPLY:
                raise self._hung_up("no answer in time")
            self._pending += self._received(self.sock, left)
        line, _, self._pending = self._pending.partition(b"\n")
        return line.rstrip(b"\r")

    def _received(self, connected: socket.socket, seconds: float) -> bytes:
        try:
            connected.settimeout(seconds)
            chunk = connected.recv(8192)
        except OSError as exc:
            raise self._hung_up("no answer") from exc
        if not chunk:
            raise self._hung_up("connection closed")
        return chunk

    def send(self, s: Buffer | str) -> None:
        """Send a line or a message; the timeout is for all of it."""
        if self.sock is not None:
            self.sock.settimeout(self.timeout)
        super().send(s)

    def _hung_up(self, why: str) -> smtplib.SMTPServerDisconnected:
        self.close()
        return smtplib.SMTPServerDisconnected(why)


def _addresses(endpoint: SmtpEndpoint, *, allow_private: bool) -> list[str]:
    """Return the addresses that may be connected to; refuse a private one, and a password that would travel in the open."""
    try:
        found = addresses.resolve(endpoint.host, endpoint.port, allow_private=allow_private)
    except addresses.HostNotFound as exc:
        raise MailRefused(exc.message, transient=True, verdict=Verdict.UNREACHABLE, fix=exc.fix) from None
    except addresses.PrivateAddress as exc:
        raise MailRefused(exc.message, transient=False, verdict=Verdict.ADDRESS_REFUSED, fix=exc.fix) from None
    if endpoint.username and endpoint.tls == "none" and any(map(addresses.is_public, found)):
        message = f"The password for {endpoint.host} would travel unencrypted."
        raise MailRefused(message, transient=False, verdict=Verdict.TLS_FAILED, fix="Choose STARTTLS or TLS.")
    return found[:3]


def _first_that_answers(found: list[str], port: int, timeout: float) -> socket.socket:
    for address in found[:-1]:
        try:
            return socket.create_connection((address, port), timeout)
        except OSError:
            continue
    return socket.create_connection((found[-1], port), timeout)


def _helo_name(endpoint: SmtpEndpoint) -> str:
    name = (
        endpoint.helo_name or endpoint.username.rpartition("@")[2]
        if "@" in endpoint.username or endpoint.helo_name
        else socket.gethostname()
    )
    return name if "." in name and _HOST_NAME.fullmatch(name) else "[127.0.0.1]"


def _no_tls(place: str, exc: Exception) -> MailRefused:
    why = exc.verify_message if isinstance(exc, ssl.SSLCertVerificationError) else "it does not offer it as configured"
    fix = "Use the name in the server's certificate; 587 is usual for STARTTLS, 465 for TLS."
    return MailRefused(f"No encrypted connection to the mail server {place}: {why}.", transient=False, verdict=Verdict.TLS_FAILED, fix=fix)


def _while_transmitting(refusal: MailRefused) -> MailRefused:
    refusal.transmitting = True
    return refusal
