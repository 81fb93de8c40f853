"""Incoming mail: from the bytes of a message to a neutral event that whoever cares may hear."""

from __future__ import annotations

import email
import email.policy
import hashlib
import html
import re
from dataclasses import replace
from datetime import datetime
from email.message import EmailMessage, MIMEPart
from email.utils import getaddresses

import nh3
from django.db.models.functions import Lower

from integrations.contracts import InboundMail, MailEvent
from integrations.models import MailAccount
from integrations.signals import mail_received

BREAKS = re.compile(r"<(?:br|/p|/div|/tr|/li|/h[1-6])\b[^>]*>", re.IGNORECASE)
MESSAGE_ID = re.compile(r"<[^<>\s]+>")
AUTOMATIC_HEADERS = ("X-Autoreply", "X-Autorespond", "X-Auto-Response-Suppress")
RECIPIENT_HEADERS = ("Delivered-To", "To", "Cc")
MAX_TEXT = 100_000  # characters of a message's text that are kept
MAX_RECIPIENTS = 1_000


def receive(*, raw: bytes, now: datetime) -> InboundMail:
    """Take in one message: every connected mailbox that it is addressed to hears of it."""
    mail, recipients = _read(raw, now)
    for account in MailAccount.objects.alias(lowered=Lower("address")).filter(lowered__in=recipients):
        mail_received.send(MailAccount, account=account, mail=replace(mail, to_address=account.address))
    return mail


def read(raw: bytes, *, now: datetime) -> InboundMail:
    """Translate the bytes of one message; whatever is missing in it is empty, and nothing in it is trusted."""
    return _read(raw, now)[0]


def _read(raw: bytes, now: datetime) -> tuple[InboundMail, list[str]]:
    message = email.message_from_bytes(raw, policy=email.policy.default)
    return _mail(message, raw, now), _recipients(message)


def _mail(message: EmailMessage, raw: bytes, now: datetime) -> InboundMail:
    bounced = _bounced_message_id(message)
    automatic = _is_automatic(message)
    return InboundMail(
        event=MailEvent.BOUNCED if bounced else MailEvent.AUTO_REPLIED if automatic else MailEvent.REPLIED,
        message_id=_header(message, "Message-ID") or f"<{hashlib.sha256(raw).hexdigest()[:32]}@unnamed.invalid>",
        from_address=_address(message, "From"),
        to_address=_address(message, "To"),
        subject=_header(message, "Subject"),
        text=_text(message),
        received_at=now,
        in_reply_to=bounced or _header(message, "In-Reply-To"),
        references=tuple(MESSAGE_ID.findall(_header(message, "References"))),
        auto_submitted=automatic,
        raw=raw,
    )


def _header(message: EmailMessage, name: str) -> str:
    return " ".join(str(message.get(name, "")).split())


def _address(message: EmailMessage, name: str) -> str:
    addresses = getaddresses([_header(message, name)])
    return addresses[0][1].lower() if addresses else ""


def _recipients(message: EmailMessage) -> list[str]:
    """Everybody whom the message is addressed to, in lower case, each once."""
    headers = [str(value) for name in RECIPIENT_HEADERS for value in message.get_all(name, [])]
    # One header at a time: a broken one hides the addresses of all that are read with it.
    addresses = [address.lower() for header in headers for _, address in getaddresses([" ".join(header.split())])]
    return list(dict.fromkeys(filter(None, addresses)))[:MAX_RECIPIENTS]


def _is_automatic(message: EmailMessage) -> bool:
    """RFC 3834, and the headers that were there before it."""
    submitted = _header(message, "Auto-Submitted").lower()
    if submitted and submitted != "no":
        return True
    precedence = _header(message, "Precedence").lower()
    return precedence in {"auto_reply", "bulk", "junk"} or any(name in message for name in AUTOMATIC_HEADERS)


def _text(message: EmailMessage) -> str:
    part = message.get_body(preferencelist=("plain", "html"))
    if part is None:
        return ""
    content = _content(part)
    return (_without_tags(content) if part.get_content_subtype() == "html" else content).replace("\x00", "").strip()[:MAX_TEXT]


def _content(part: MIMEPart) -> str:
    try:
        return str(part.get_content())
    except (LookupError, ValueError):  # a character set that Python does not know, or cannot read text with
        payload = part.get_payload(decode=True)
        return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""


def _without_tags(content: str) -> str:
    return html.unescape(nh3.clean(BREAKS.sub("\n", content), tags=set()))


def _bounced_message_id(message: EmailMessage) -> str:
    """Return the Message-ID that a delivery report (RFC 3464) says has failed for good, or an empty text."""
    if message.get_content_type() != "multipart/report" or message.get_param("report-type") != "delivery-status":
        return ""
    parts = list(message.walk())
    statuses = [part.as_string() for part in parts if part.get_content_type() == "message/delivery-status"]
    if not any(re.search(r"(?im)^Action:\s*failed", status) and re.search(r"(?im)^Status:\s*5\.", status) for status in statuses):
        return ""
    returned = [part for part in parts if part is not message and "Message-ID" in part]
    return _header(returned[-1], "Message-ID") if returned else _returned_headers_id(parts)


def _returned_headers_id(parts: list[EmailMessage]) -> str:
    """Return the Message-ID out of a part that holds nothing but the headers of the failed message (RFC 6522)."""
    texts = [_content(part) for part in parts if part.get_content_type() == "text/rfc822-headers"]
    names = [str(email.message_from_string(text.lstrip())["Message-ID"] or "") for text in texts]
    return next((" ".join(name.split()) for name in names if name.strip()), "")
