"""What the recipient of an e-mail has: its HTML made harmless, a way to answer, a way to unsubscribe."""

from __future__ import annotations

import re
from datetime import datetime
from email.utils import getaddresses
from uuid import uuid4

import nh3
from django.conf import settings

from integrations import mime
from integrations.contracts import OutgoingMessage
from integrations.providers.builtin_mailbox import ReceivedMail
from rocketsdr.lib.errors import Invalid

MESSAGE_ID = re.compile(r"<[^<>\s]+>")
LISTED_URL = re.compile(r"<\s*(https?://[^<>\s]+)\s*>", re.IGNORECASE)
SHOWN_ATTRIBUTES = {
    "*": {"align", "dir", "lang", "style", "title", "valign"},
    "a": {"href"},
    "img": {"alt", "height", "src", "width"},
    "table": {"bgcolor", "border", "cellpadding", "cellspacing", "width"},
    "td": {"bgcolor", "colspan", "height", "rowspan", "width"},
    "th": {"bgcolor", "colspan", "height", "rowspan", "width"},
}


class NotAnswerable(Invalid):
    code = "mail_not_answerable"


def harmless(html: str) -> str:
    """Return the HTML without scripts, forms, frames and remote pictures; links open in a page of their own."""
    return nh3.clean(
        html,
        attributes=SHOWN_ATTRIBUTES,
        attribute_filter=_keep_own_pictures,
        url_schemes={"http", "https", "mailto", "data"},
        link_rel="noopener noreferrer",
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )


def _keep_own_pictures(tag: str, attribute: str, value: str) -> str | None:
    """Drop pictures that would tell their server who reads them, and links that are not to a page or an address."""
    is_data = value.strip().lower().startswith("data:")
    if (tag, attribute) == ("img", "src"):
        return value if is_data else None
    return None if is_data and attribute == "href" else value


def header(mail: ReceivedMail, name: str) -> str:
    """Return the first header of this name on one line, or an empty text."""
    found = next((value for known, value in mail.headers if known.lower() == name.lower()), "")
    return " ".join(found.split())


def unsubscribe_url(mail: ReceivedMail) -> str:
    """Return where a mail program unsubscribes with one click (RFC 8058), if that is a page of this server; else an empty text."""
    if header(mail, "List-Unsubscribe-Post").lower() != "list-unsubscribe=one-click":
        return ""
    urls = LISTED_URL.findall(header(mail, "List-Unsubscribe"))
    return next((url for url in urls if url.startswith(f"{settings.PUBLIC_URL}/")), "")


def reply(mail: ReceivedMail, *, text: str, now: datetime) -> bytes:
    """Return the recipient's answer to a mail, as their mail program would send it."""
    own, other = _first_address(mail.to_address), _first_address(header(mail, "Reply-To") or header(mail, "From"))
    if not own or not other:
        raise NotAnswerable("This e-mail does not say whom to answer.", field="from", fix="Choose one that has a From address.")
    answered = MESSAGE_ID.findall(header(mail, "Message-ID"))[:1]
    subject = header(mail, "Subject")
    return mime.assemble(
        OutgoingMessage(
            message_id=mime.message_id(f"reply {uuid4()}", domain=own.rpartition("@")[2]),
            sent_at=now,
            from_address=own,
            to_address=other,
            subject=subject if subject.lower().startswith("re:") else f"Re: {subject}",
            body_text=text,
            in_reply_to="".join(answered),
            references=(*MESSAGE_ID.findall(header(mail, "References")), *answered),
        )
    )


def _first_address(text: str) -> str:
    addresses = [address for _, address in getaddresses([text]) if "@" in address]
    return addresses[0] if addresses else ""
