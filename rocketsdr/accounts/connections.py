"""The clients that people have let into their workspaces by OAuth: how a connection comes about, what it may, how it ends.

A connection is checked where it is used: its tokens, its consent, the person, the membership and the client are read in one statement at
every call, so whatever ends one of them ends the connection at its next call.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from oauth2_provider.models import AccessToken, Grant, RefreshToken

from rocketsdr.accounts import audit
from rocketsdr.accounts.actor import SCOPES_OF_ROLE, Actor
from rocketsdr.accounts.models import Connection, Consent, Membership, OAuthApplication, User
from rocketsdr.lib import statements
from rocketsdr.lib.errors import NotFound
from rocketsdr.lib.jobs import enqueue

NEVER_GIVEN = frozenset({"admin"})  # managing a workspace is for people at a page
LAST_USED_EVERY = timedelta(minutes=1)  # how exact last_used_at is; a write per call would cost more than the call
KEPT_FOR = timedelta(days=90)  # how long an ended consent is remembered, to know its code and its tokens again
TOKEN_FACTS = (
    "token.scope",
    "connection.id",
    "connection.workspace_id",
    "connection.user_id",
    "connection.last_used_at",
    "membership.role",
)
TOKEN_STATEMENT = f"""
    SELECT {", ".join(TOKEN_FACTS)}
    FROM oauth2_provider_accesstoken AS token
    JOIN oauth2_provider_refreshtoken AS refresh ON refresh.access_token_id = token.id AND refresh.revoked IS NULL
    JOIN accounts_consent AS consent ON consent.family = refresh.token_family AND consent.ended_at IS NULL
    JOIN accounts_connection AS connection ON connection.id = consent.connection_id AND connection.revoked_at IS NULL
    JOIN accounts_oauthapplication AS client ON client.id = connection.application_id AND client.disabled_at IS NULL
    JOIN accounts_user AS person ON person.id = connection.user_id AND person.is_active
    JOIN accounts_membership AS membership
      ON membership.user_id = connection.user_id AND membership.workspace_id = connection.workspace_id
    WHERE token.token_checksum = %(checksum)s AND token.expires > now() AND connection.resource = %(resource)s
      AND token.resource = jsonb_build_array(%(resource)s::text)
      AND token.user_id = connection.user_id AND token.application_id = connection.application_id
"""  # noqa: S608 - our own names; it opens every request with a token. Tokens live by the real clock, as the library that makes them


@dataclass(frozen=True, slots=True)
class Agreed:
    """What a person has agreed to on the consent page, as the library's request tells it when the code is exchanged."""

    user: User
    application: OAuthApplication
    resource: str
    scopes: frozenset[str]


def checksum(text: str) -> str:
    """Return the digest under which a code or a token of the library is stored."""
    return hashlib.sha256(text.encode()).hexdigest()


# --- How it comes about ---------------------------------------------------------------------------------------------------------


def remember_consent(*, user: User, workspace_id: int, code: str, returns_to: str, now: datetime) -> Consent:
    """Store that a person has pressed Allow for one of their workspaces, before the client gets the code."""
    if not may_connect(user=user, workspace_id=workspace_id):
        raise NotFound("No such workspace.", workspace_id=workspace_id)
    return Consent.objects.create(workspace_id=workspace_id, code_digest=checksum(code), returns_to=returns_to, created_at=now)


def may_connect(*, user: User, workspace_id: int) -> bool:
    """Say whether this person may let a client into this workspace today."""
    return user.is_active and Membership.objects.filter(workspace_id=workspace_id, user=user).exists()


def consent_of_code(code: str) -> Consent | None:
    """Return the consent that gave this code, however long ago."""
    return Consent.objects.filter(code_digest=checksum(code)).first()


def owner_of(*, code: str, refresh_token: str) -> str | None:
    """Name the person and the client that a code or a refresh token was given to, to count their tries; None for one that we never gave."""
    if refresh_token:
        token = RefreshToken.objects.filter(token_checksum=checksum(refresh_token)).values_list("application_id", "user_id").first()
        return f"{token[0]}:{token[1]}" if token else None
    grant = Grant.objects.filter(code=code).values_list("application_id", "user_id").first() if code else None
    return f"{grant[0]}:{grant[1]}" if grant else None


def consent_of_family(family: UUID) -> Consent | None:
    """Return the consent that this family of tokens came of, if its connection is good for new ones today."""
    live = Consent.objects.select_related("connection__user").filter(
        family=family, ended_at__isnull=True, connection__revoked_at__isnull=True
    )
    consent = live.first()
    if consent is None or consent.connection is None:
        return None
    return consent if may_connect(user=consent.connection.user, workspace_id=consent.workspace_id) else None


def connect(*, consent: Consent, agreed: Agreed, now: datetime) -> Connection | None:
    """Exchange a consent for its connection, new or widened, in the transaction that makes the tokens; None where it was used before."""
    connection, is_new = Connection.objects.select_for_update().get_or_create(
        workspace_id=consent.workspace_id,
        user=agreed.user,
        application=agreed.application,
        resource=agreed.resource,
        returns_to=consent.returns_to,
        revoked_at=None,
        defaults={"scopes": sorted(agreed.scopes), "created_at": now},
    )
    added = agreed.scopes if is_new else agreed.scopes - set(connection.scopes)
    told = {} if added else {"noticed_at": now}
    if Consent.objects.filter(id=consent.id, connection__isnull=True).update(connection=connection, **told) != 1:
        return None
    if added:
        _widen(connection, added, consent, is_new=is_new)
    return connection


def _widen(connection: Connection, added: frozenset[str], consent: Consent, *, is_new: bool) -> None:
    """Write down what the client may from now on, in the row and in the log, and have the person told by mail."""
    connection.scopes = sorted(added | set(connection.scopes))
    connection.save(update_fields=["scopes"])
    person = Actor(workspace_id=connection.workspace_id, user_id=connection.user_id, via="web")
    action = "connection.made" if is_new else "connection.widened"
    audit.record(person, action, connection, client=connection.application_id, scopes=" ".join(sorted(added)))
    enqueue("accounts.send_connection_notice", consent_id=consent.id)


# --- What it may ----------------------------------------------------------------------------------------------------------------


def actor_of_token(token: str, *, resource: str, now: datetime) -> Actor | None:
    """Return who presents this access token at the resource, with what token and person may today; None for no usable token."""
    if not (token.isascii() and token.isprintable()):
        return None
    rows = statements.read(TOKEN_STATEMENT, {"checksum": checksum(token), "resource": resource})
    if not rows:
        return None
    facts: Mapping[str, Any] = dict(zip(TOKEN_FACTS, rows[0], strict=True))
    _note_use(facts["connection.id"], facts["connection.last_used_at"], now)
    may = SCOPES_OF_ROLE[facts["membership.role"]] - NEVER_GIVEN
    scopes = may & frozenset(facts["token.scope"].split())
    return Actor(
        workspace_id=facts["connection.workspace_id"],
        user_id=facts["connection.user_id"],
        via="mcp",
        scopes=scopes,
        credential=f"connection:{facts['connection.id']}",
        askable=may - scopes,
    )


def _note_use(connection_id: int, last_used_at: datetime | None, now: datetime) -> None:
    if last_used_at is None or now - last_used_at >= LAST_USED_EVERY:
        Connection.objects.filter(id=connection_id).update(last_used_at=now)


# --- What people see and do ------------------------------------------------------------------------------------------------------


def get_connection(*, actor: Actor, connection_id: int) -> Connection:
    """Return one connection of the actor's workspace."""
    try:
        return Connection.objects.select_related("application", "user").get(id=connection_id, workspace_id=actor.workspace_id)
    except Connection.DoesNotExist:
        raise NotFound("No such connection.", connection_id=connection_id) from None


def list_connections(*, actor: Actor) -> list[Connection]:
    """Return the workspace's connections, the newest first, ended ones included, with their client and person."""
    mine = Connection.objects.filter(workspace_id=actor.workspace_id)
    return list(mine.select_related("application", "user").order_by("-id"))


@transaction.atomic
def revoke_connection(*, actor: Actor, connection_id: int, now: datetime) -> Connection:
    """End a connection and every token of it at its next call. Its person may, and whoever manages the workspace."""
    connection = get_connection(actor=actor, connection_id=connection_id)
    if connection.user_id != actor.user_id:
        actor.require("admin")
    _end(actor, connection, "connection.revoked", now)
    connection.refresh_from_db()
    return connection


# --- How it ends -------------------------------------------------------------------------------------------------------------------


def _end(actor: Actor, connection: Connection, action: str, now: datetime) -> None:
    if Connection.objects.live().filter(id=connection.pk).update(revoked_at=now) != 1:
        return
    consents = Consent.objects.filter(connection=connection, ended_at__isnull=True)
    families = list(consents.values_list("family", flat=True))
    consents.update(ended_at=now)
    _delete_tokens(families, now)
    audit.record(actor, action, connection)


@transaction.atomic
def end_of_member(*, actor: Actor, user_id: int, now: datetime) -> None:
    """End every connection that a person has made in the actor's workspace: who comes back is asked anew."""
    for connection in Connection.objects.live().filter(workspace_id=actor.workspace_id, user_id=user_id):
        _end(actor, connection, "connection.revoked", now)


@transaction.atomic
def end_family(family: UUID, *, reason: str, now: datetime) -> None:
    """End the tokens that came of one consent: a code or a refresh token was presented twice, or the client gave one back.

    `reason` is the action of the audit log. The connection ends with its last family.
    """
    consent = Consent.objects.select_for_update().filter(family=family, connection__isnull=False, ended_at__isnull=True).first()
    if consent is None or consent.connection is None:
        return
    connection, platform = consent.connection, Actor(workspace_id=consent.workspace_id, user_id=None, via="job")
    Consent.objects.filter(id=consent.id).update(ended_at=now)
    _delete_tokens([consent.family], now)
    if connection.consents.filter(ended_at__isnull=True).exists():
        audit.record(platform, reason, connection)
    else:
        _end(platform, connection, reason, now)


def _delete_tokens(families: Iterable[UUID], now: datetime) -> None:
    """Delete the access tokens of these families; their refresh tokens stay, revoked, so that one that comes again is known."""
    refresh = RefreshToken.objects.filter(token_family__in=families)
    refresh.filter(revoked__isnull=True).update(revoked=now, updated=now)
    AccessToken.objects.filter(refresh_token__in=refresh).delete()


def tidy(*, now: datetime) -> None:
    """Forget consents that were never used, those that ended long ago, and close the connections that have no token left."""
    Consent.objects.unused(now).delete()
    Consent.objects.filter(ended_at__lt=now - KEPT_FOR).delete()
    for consent in Consent.objects.untold(now).only("id"):
        enqueue("accounts.send_connection_notice", consent_id=consent.id)
    refreshable = RefreshToken.objects.filter(revoked__isnull=True).values("token_family")
    run_out = Consent.objects.filter(~Q(family__in=refreshable), connection__isnull=False, ended_at__isnull=True)
    for family in run_out.filter(created_at__lt=now - timedelta(hours=1)).values_list("family", flat=True):
        end_family(family, reason="connection.run_out", now=now)
