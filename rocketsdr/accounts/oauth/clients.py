"""A workspace's own OAuth clients: programs of its people that sign in by OAuth. They connect to this workspace and to no other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from rocketsdr.accounts import audit
from rocketsdr.accounts.actor import Actor
from rocketsdr.accounts.models import OAuthApplication
from rocketsdr.accounts.oauth import redirects
from rocketsdr.accounts.oauth.client_metadata import LONGEST_NAME, client_name
from rocketsdr.accounts.oauth.secrets import new_secret
from rocketsdr.lib import crypto
from rocketsdr.lib.errors import Conflict, Forbidden, Invalid, LimitReached, NotFound

MOST_CLIENTS = 50
ID_MARK = "rsdr_client_"


class NoSecret(Conflict):
    code = "client_has_no_secret"


class DisabledByOperator(Forbidden):
    code = "client_disabled_by_operator"


@dataclass(frozen=True, slots=True)
class IssuedClient:
    """A client with a new secret: show it once and forget it; empty for a public client."""

    client: OAuthApplication
    secret: str


def list_clients(*, actor: Actor) -> list[OAuthApplication]:
    """Return the workspace's own clients, the newest first."""
    actor.require("admin")
    return list(OAuthApplication.objects.filter(workspace_id=actor.workspace_id).select_related("made_by").order_by("-id"))


def get_client(*, actor: Actor, client_pk: int) -> OAuthApplication:
    """Return one of the workspace's own clients."""
    actor.require("admin")
    try:
        return OAuthApplication.objects.select_related("made_by").get(pk=client_pk, workspace_id=actor.workspace_id)
    except OAuthApplication.DoesNotExist:
        raise NotFound("No such client.", client_pk=client_pk) from None


@transaction.atomic
def create_client(*, actor: Actor, name: str, confidential: bool, redirect_uris: Sequence[str]) -> IssuedClient:
    """Make a client that people of the workspace may connect. A confidential one gets a secret, a public one has PKCE alone."""
    actor.require("admin")
    if OAuthApplication.objects.filter(workspace_id=actor.workspace_id).count() >= MOST_CLIENTS:
        raise LimitReached(f"A workspace has at most {MOST_CLIENTS} clients.", fix="Delete one that nobody uses.")
    secret = new_secret() if confidential else ""
    client = OAuthApplication.objects.create(
        workspace_id=actor.workspace_id,
        made_by_id=actor.user_id,
        name=_name(name),
        client_id=f"{ID_MARK}{crypto.random_token(10)}",
        client_type=OAuthApplication.CLIENT_CONFIDENTIAL if confidential else OAuthApplication.CLIENT_PUBLIC,
        authorization_grant_type=OAuthApplication.GRANT_AUTHORIZATION_CODE,
        redirect_uris=" ".join(redirects.checked(redirect_uris)),
        client_secret=secret,
        hash_client_secret=confidential,
    )
    audit.record(actor, "oauth_client.made", client, confidential=confidential)
    return IssuedClient(client, secret)


@transaction.atomic
def change_client(*, actor: Actor, client_pk: int, name: str, redirect_uris: Sequence[str]) -> OAuthApplication:
    """Give a client another name, and other addresses from its next authorization on; who is connected stays so."""
    client = _locked(actor, client_pk)
    client.name, client.redirect_uris = _name(name), " ".join(redirects.checked(redirect_uris))
    client.save(update_fields=["name", "redirect_uris", "updated"])
    audit.record(actor, "oauth_client.changed", client, redirect_uris=len(client.redirect_uris.split()))
    return client


@transaction.atomic
def rotate_secret(*, actor: Actor, client_pk: int) -> IssuedClient:
    """Give a confidential client another secret. The old one fails from now on; tokens that were given go on until they are refreshed."""
    client = _locked(actor, client_pk)
    if client.client_type != OAuthApplication.CLIENT_CONFIDENTIAL:
        raise NoSecret("A public client has no secret.", fix="Make a confidential client, if the program can keep one.")
    client.client_secret = secret = new_secret()
    client.save(update_fields=["client_secret", "updated"])
    audit.record(actor, "oauth_client.secret_rotated", client)
    return IssuedClient(client, secret)


@transaction.atomic
def disable_client(*, actor: Actor, client_pk: int, now: datetime) -> OAuthApplication:
    """Refuse a client and all its tokens from their next call on, until it is enabled again."""
    client = get_client(actor=actor, client_pk=client_pk)
    if OAuthApplication.objects.filter(pk=client.pk, disabled_at__isnull=True).update(disabled_at=now) == 1:
        audit.record(actor, "oauth_client.disabled", client)
    client.refresh_from_db()
    return client


@transaction.atomic
def enable_client(*, actor: Actor, client_pk: int) -> OAuthApplication:
    """Let a disabled client, and whoever was connected with it, go on."""
    client = _locked(actor, client_pk)
    if client.disabled_by_operator:
        raise DisabledByOperator("The operator of this server has disabled this client.", fix="Ask the operator to enable it.")
    if OAuthApplication.objects.filter(pk=client.pk, disabled_at__isnull=False).update(disabled_at=None) == 1:
        audit.record(actor, "oauth_client.enabled", client)
    client.refresh_from_db()
    return client


@transaction.atomic
def delete_client(*, actor: Actor, client_pk: int) -> None:
    """Delete a client with its connections and tokens."""
    client = _locked(actor, client_pk)
    audit.record(actor, "oauth_client.deleted", client)
    client.delete()


def _locked(actor: Actor, client_pk: int) -> OAuthApplication:
    """Return a client that nobody else changes meanwhile."""
    client = get_client(actor=actor, client_pk=client_pk)
    return OAuthApplication.objects.select_for_update().get(pk=client.pk)


def _name(text: str) -> str:
    """Return a name as it will be shown on the consent page, or refuse it."""
    name = client_name({"client_name": text})
    if not name or name != " ".join(text.split()):
        message = f"A client needs a name: one line of at most {LONGEST_NAME} visible characters."
        raise Invalid(message, field="name", fix="Give the name of the program that people will be asked about.")
    return name
