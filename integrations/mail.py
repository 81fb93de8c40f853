"""Outgoing mail: from a stored account to an open connection."""

from __future__ import annotations

import contextlib
from typing import cast

from django.conf import settings
from django.db import transaction

from integrations.contracts import MailConnection, SmtpEndpoint, TlsMode
from integrations.models import MailAccount
from integrations.providers import builtin_mailbox, smtp
from rocketsdr.accounts import audit
from rocketsdr.accounts.actor import Actor
from rocketsdr.lib import addresses
from rocketsdr.lib.errors import Conflict, Invalid


class AddressInUse(Conflict):
    code = "address_in_use"


def open_connection(account: MailAccount) -> MailConnection:
    """Connect and sign in to the account's server; the connection carries many messages and is closed by the caller."""
    return smtp.open_connection(_endpoint(account), allow_private=settings.EMBEDDED)


def try_endpoint(endpoint: SmtpEndpoint) -> None:
    """Connect, sign in and hang up; a refusal says what the server did not like."""
    smtp.open_connection(endpoint, allow_private=settings.EMBEDDED).close()


def refuse_private(endpoint: SmtpEndpoint) -> None:
    """Refuse a server in a private network without calling it, unless this is the embedded mode; an unknown host may appear later."""
    with contextlib.suppress(addresses.HostNotFound):
        addresses.resolve(endpoint.host, endpoint.port, allow_private=settings.EMBEDDED)


@transaction.atomic
def add_account(*, actor: Actor, address: str, endpoint: SmtpEndpoint | None) -> MailAccount:
    """Store a mailbox to send from; without an endpoint it is the built-in one of the embedded mode."""
    if endpoint is None and not settings.EMBEDDED:
        raise Invalid("Only the embedded mode has a built-in mailbox.", field="smtp", fix="Give the SMTP server of the mailbox.")
    if MailAccount.objects.filter(workspace_id=actor.workspace_id, address=address).exists():
        raise AddressInUse(f"{address} is connected already.", fix="Use the sender that is there, or another address.")
    account = MailAccount(workspace_id=actor.workspace_id, address=address, provider=MailAccount.Provider.BUILTIN)
    if endpoint is not None:
        account.provider = MailAccount.Provider.SMTP
        account.host, account.port, account.tls = endpoint.host, endpoint.port, endpoint.tls
        account.username, account.password = endpoint.username, endpoint.password
    account.save()
    audit.record(actor, "mail_account.added", account, provider=account.provider)
    return account


def _endpoint(account: MailAccount) -> SmtpEndpoint:
    if account.provider == MailAccount.Provider.BUILTIN:
        return builtin_mailbox.endpoint(settings.MAILBOX_PORT)
    tls = cast("TlsMode", account.tls)  # the field's choices are the same words
    return SmtpEndpoint(host=account.host, port=account.port, tls=tls, username=account.username, password=account.password)
