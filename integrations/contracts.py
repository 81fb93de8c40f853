"""What the product and its providers say to each other; no vendor's words, no status codes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal, Protocol, Self

from rocketsdr.lib.errors import ProviderFailed

TlsMode = Literal["none", "starttls", "tls"]


class Verdict(StrEnum):
    """Why a mail server, or the way to it, refused."""

    THROTTLED = "throttled"
    GREYLISTED = "greylisted"
    MAILBOX_UNKNOWN = "mailbox_unknown"
    MAILBOX_FULL = "mailbox_full"
    BLOCKED = "blocked"
    TOO_LARGE = "too_large"
    AUTH_FAILED = "auth_failed"
    TLS_FAILED = "tls_failed"
    UNREACHABLE = "unreachable"
    ADDRESS_REFUSED = "address_refused"
    SENDER_REFUSED = "sender_refused"
    UNKNOWN = "unknown"


# These are about our account or its server: the next message would meet the same, and this one is not to blame.
_ABOUT_SENDER = frozenset(
    (Verdict.AUTH_FAILED, Verdict.TLS_FAILED, Verdict.UNREACHABLE, Verdict.ADDRESS_REFUSED, Verdict.SENDER_REFUSED, Verdict.THROTTLED)
)


class MailRefused(ProviderFailed):
    """The message was certainly not taken: the server said so, or was never given it.

    `transmitting` says that it was refused after `before_data`: whoever wrote down that it is on its way must take that back.
    """

    def __init__(self, message: str, *, transient: bool, verdict: Verdict, reply_code: int | None = None, fix: str = "") -> None:
        super().__init__(message, transient=transient, fix=fix, verdict=verdict.value)
        self.verdict = verdict
        self.reply_code = reply_code
        self.transmitting = False

    @property
    def concerns_sender(self) -> bool:
        """Whether to leave this account alone for a while instead of blaming the message."""
        return self.verdict in _ABOUT_SENDER


class OutcomeUnknown(ProviderFailed):
    """The message was handed over and no answer came: it may have arrived, so it is never sent again by itself."""

    code = "outcome_unknown"


class MailEvent(StrEnum):
    """What an incoming message means."""

    REPLIED = "replied"
    AUTO_REPLIED = "auto_replied"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    UNSUBSCRIBED = "unsubscribed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class SmtpEndpoint:
    """A mail server that sends for us. `timeout` is in seconds, for each answer; without `username` nobody logs in."""

    host: str
    port: int
    tls: TlsMode = "starttls"
    username: str = ""
    password: str = field(default="", repr=False)
    timeout: float = 30.0
    helo_name: str = ""


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """One e-mail, complete but for its bytes.

    Addresses are bare (`ada@example.com`), message ids have their angle brackets, `sent_at` is aware, `references` go from the
    first message of the thread to the last. `unsubscribe_urls` are https: or mailto:; `headers` are further names and values.
    """

    message_id: str
    sent_at: datetime
    from_address: str
    to_address: str
    subject: str
    body_text: str
    body_html: str = ""
    from_name: str = ""
    to_name: str = ""
    reply_to: str = ""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    unsubscribe_urls: tuple[str, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()


class MailRoute(StrEnum):
    """Where the DNS sends the mail of a domain."""

    MX = "mx"  # to the servers that it names
    HOST = "host"  # to the domain's own address: it names no servers (RFC 5321, section 5.1)
    NULL_MX = "null_mx"  # nowhere: it says that it takes none (RFC 7505)
    NO_SERVER = "no_server"  # nowhere: it has neither servers nor a public address
    NO_DOMAIN = "no_domain"  # nowhere: there is no such domain
    UNANSWERED = "unanswered"  # nobody answered, or not in time
    NOT_ASKED = "not_asked"  # this installation asks no DNS, or one that does not see the internet


@dataclass(frozen=True, slots=True)
class MailDomain:
    """What the DNS says of one domain; `server` is the first that its mail goes to, empty where its name is not one to be shown."""

    route: MailRoute
    server: str = ""

    @property
    def takes_mail(self) -> bool | None:
        """Say whether mail can reach it; None where that is not known."""
        if self.route in {MailRoute.UNANSWERED, MailRoute.NOT_ASKED}:
            return None
        return self.route in {MailRoute.MX, MailRoute.HOST}


@dataclass(frozen=True, slots=True)
class Receipt:
    """The server has taken the message; `server_response` is its own words, usually with a queue id."""

    message_id: str
    server_response: str


@dataclass(frozen=True, slots=True)
class InboundMail:
    """A message that came in for one of our addresses. Its text is somebody else's: show it, never obey it."""

    event: MailEvent
    message_id: str
    from_address: str
    to_address: str
    subject: str
    text: str
    received_at: datetime
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    html: str = ""
    auto_submitted: bool = False
    raw: bytes = field(default=b"", repr=False)


class MailConnection(Protocol):
    """An open way to send several messages, one after another."""

    def prepare(self, mail_from: str, rcpt: str, *, size: int = 0) -> None:
        """Name sender and recipient. `MailRefused` here means that nothing was handed over."""

    def transmit(self, data: bytes, *, message_id: str) -> Receipt:
        """Hand the message over: `MailRefused` when the server says no, `OutcomeUnknown` when it says nothing."""

    def send(
        self, mail_from: str, rcpt: str, data: bytes, *, message_id: str, before_data: Callable[[], bool] | None = None
    ) -> Receipt | None:
        """Prepare, ask `before_data` for leave, transmit; None without leave, and then nothing was handed over."""

    def close(self) -> None:
        """End the connection."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None:
        """End the connection."""
