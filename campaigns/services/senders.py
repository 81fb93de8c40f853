"""The names and addresses that campaigns send from."""

from __future__ import annotations

import re
from datetime import datetime

from django.conf import settings
from django.db import transaction

from campaigns.models import Sender, SenderStatus
from campaigns.queries.senders import get_sender
from campaigns.rules import email_addresses, texts
from integrations import mail
from integrations.contracts import SmtpEndpoint
from rocketsdr.accounts import audit
from rocketsdr.accounts.actor import Actor
from rocketsdr.accounts.models import Workspace
from rocketsdr.lib.errors import Invalid
from rocketsdr.lib.jobs import enqueue

DEFAULT_DAILY_CAP = 30  # what a mailbox can send a day without harm to its name
MAX_DAILY_CAP = 10_000
MAX_NAME = 100
MAX_SIGNATURE = 2000
MAX_REASON = 500
BUILTIN_DOMAIN = "mailbox.example"  # nothing in the built-in mailbox leaves this machine, so any name does
TLS_MODES = ("none", "starttls", "tls")


def add_sender(
    *,
    actor: Actor,
    email: str,
    from_name: str = "",
    smtp: SmtpEndpoint | None = None,
    daily_cap: int | None = None,
    signature: str = "",
    check: bool = True,
    now: datetime,
) -> Sender:
    """Add a mailbox to send from: a server's after signing in to it once (unless `check` is off), or the built-in one without `smtp`.

    Without a daily cap a server's mailbox gets 30 a day; the built-in one has no cap and keeps no hours.
    """
    address = _address(email)
    _check_texts(from_name, signature)
    _check_cap(daily_cap)
    if smtp is not None:
        _check_endpoint(smtp)
        # The server may take its time to answer, so no transaction waits for it.
        mail.try_endpoint(smtp) if check else mail.refuse_private(smtp)
    return _store(actor, address, from_name.strip(), smtp, daily_cap, signature.strip())


def add_builtin_sender(*, actor: Actor, now: datetime) -> Sender:
    """Give a workspace of the embedded mode a sender into the built-in mailbox, named after the workspace."""
    name = Workspace.objects.values_list("name", flat=True).get(id=actor.workspace_id)
    return add_sender(actor=actor, email=f"outreach-{actor.workspace_id}@{BUILTIN_DOMAIN}", from_name=name[:MAX_NAME], now=now)


@transaction.atomic
def pause_sender(*, actor: Actor, sender_id: int, reason: str = "", now: datetime) -> Sender:
    """Send nothing more from here until it is resumed; what is planned waits. Asking twice is fine."""
    sender = get_sender(actor=actor, sender_id=sender_id)
    unpaused = Sender.objects.filter(id=sender.id).exclude(status=SenderStatus.PAUSED)
    if unpaused.update(status=SenderStatus.PAUSED, status_note=_one_line(reason, "reason", MAX_REASON)) == 1:
        audit.record(actor, "sender.paused", sender)
    sender.refresh_from_db()
    return sender


@transaction.atomic
def resume_sender(*, actor: Actor, sender_id: int, now: datetime) -> Sender:
    """Send from here again: after a pause, or after its server has refused us. Asking twice is fine."""
    sender = get_sender(actor=actor, sender_id=sender_id)
    resting = Sender.objects.filter(id=sender.id).exclude(status=SenderStatus.ACTIVE)
    if resting.update(status=SenderStatus.ACTIVE, status_note="", failures=0, retry_at=None) == 1:
        audit.record(actor, "sender.resumed", sender)
        enqueue("campaigns.pump", sender_id=sender.id)
    sender.refresh_from_db()
    return sender


@transaction.atomic
def _store(actor: Actor, address: str, from_name: str, smtp: SmtpEndpoint | None, daily_cap: int | None, signature: str) -> Sender:
    account = mail.add_account(actor=actor, address=address, endpoint=smtp)
    sender = Sender.objects.create(
        workspace_id=actor.workspace_id,
        account=account,
        email=address,
        from_name=from_name,
        signature=signature,
        daily_cap=daily_cap if daily_cap is not None or smtp is None else DEFAULT_DAILY_CAP,
        any_hour=smtp is None,
    )
    audit.record(actor, "sender.added", sender, builtin=smtp is None, daily_cap=sender.daily_cap)
    return sender


def _address(email: str) -> str:
    """Return the address to write from, in lower case; exactly one, and nothing around it."""
    found = email_addresses.check(email.strip(), allow_test_domains=settings.EMBEDDED)
    if isinstance(found, email_addresses.Refused):
        raise Invalid(found.reason, field="email", fix="Give the bare address of the mailbox, such as grace@example.com.")
    return found.key


def _check_texts(from_name: str, signature: str) -> None:
    _one_line(from_name, "from_name", MAX_NAME)
    if len(signature) > MAX_SIGNATURE or not texts.is_storable(signature):
        raise Invalid(f"The signature is no text of at most {MAX_SIGNATURE} characters.", field="signature", fix="Shorten or clean it.")


def _one_line(text: str, field: str, length: int) -> str:
    """Return the text stripped; it stands in a header or a list, so it holds no line break or control character."""
    if len(text) > length or not texts.is_one_line(text):
        raise Invalid(f"{field} is no single line of at most {length} characters.", field=field, fix="Shorten or clean it.")
    return text.strip()


def _check_cap(daily_cap: int | None) -> None:
    if daily_cap is not None and not 1 <= daily_cap <= MAX_DAILY_CAP:
        raise Invalid(f"daily_cap is {daily_cap}; it may be 1 to {MAX_DAILY_CAP:,}.", field="daily_cap", fix="Give a number in this range.")


def _check_endpoint(smtp: SmtpEndpoint) -> None:
    if not re.fullmatch(r"[A-Za-z0-9.:_-]{1,253}", smtp.host):
        raise Invalid(
            f"{smtp.host!r:.100} is no host name.", field="host", fix="Give the name of the mail server, such as smtp.example.com."
        )
    if not 1 <= smtp.port <= 65535:
        raise Invalid(f"The port is {smtp.port}; it may be 1 to 65535.", field="port", fix="Usual are 587 (STARTTLS) and 465 (TLS).")
    if smtp.tls not in TLS_MODES:
        raise Invalid(f"Unknown TLS mode {smtp.tls!r:.60}.", field="tls", fix=f"Use one of {', '.join(TLS_MODES)}.")
    _one_line(smtp.username, "username", 254)
