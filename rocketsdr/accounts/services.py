"""Workspaces, their people and their credentials."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F

from rocketsdr.accounts import audit
from rocketsdr.accounts.actor import SCOPES, SCOPES_OF_ROLE, Actor
from rocketsdr.accounts.models import ApiKey, Clock, Membership, User, Workspace
from rocketsdr.accounts.models.workspace import Role
from rocketsdr.lib import crypto
from rocketsdr.lib.errors import Conflict, Forbidden, Invalid, NotFound

KEY_MARK = "rsdr_live_"
MAX_WORKSPACE_NAME = 120
MAX_KEY_NAME = 100
NO_DIGEST = "0" * 64  # compared where there is no key, so that an unknown prefix takes as long as a known one
LAST_USED_EVERY = timedelta(minutes=1)  # how exact last_used_at is; a write per call would cost more than the call


class ClockIsReal(Conflict):
    code = "clock_is_real"


class TooMuchForTheMaker(Forbidden):
    code = "more_than_the_maker_may"


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A new key. `secret` is the key itself: show it once and forget it."""

    key: ApiKey
    secret: str


@transaction.atomic
def create_workspace(*, name: str, owner_email: str, postal_address: str = "", now: datetime) -> Workspace:
    """Open a workspace and make this person its owner; a person who is new gets no password yet."""
    workspace = Workspace(name=_name(name, "workspace", MAX_WORKSPACE_NAME), postal_address=postal_address.strip())
    email = _email(owner_email)
    owner = User.objects.filter(email=email).first() or User.objects.create_user(email)
    workspace.save(force_insert=True)
    Membership.objects.create(workspace=workspace, user=owner, role=Role.OWNER)
    audit.record(Actor(workspace_id=workspace.id, user_id=owner.id, via="shell"), "workspace.created", workspace)
    return workspace


def _name(text: str, noun: str, length: int) -> str:
    """Return a name stripped, or refuse it."""
    name = text.strip()
    if not name or len(name) > length or not name.isprintable():
        raise Invalid(f"A {noun} needs a name: one line of at most {length} characters.", field="name", fix="Give it another name.")
    return name


def _email(text: str) -> str:
    """Return the address that a person signs in with, in lower case."""
    email = text.strip().lower()
    try:
        User._meta.get_field("email").clean(email, None)
    except ValidationError:
        raise Invalid(f"{text!r:.100} is no e-mail address.", field="owner_email", fix="Give one such as ada@example.com.") from None
    return email


def operator_of(*, workspace_id: int) -> Actor:
    """Return the operator at the shell, who acts for the workspace's first owner."""
    owners = Membership.objects.filter(workspace_id=workspace_id, role=Role.OWNER, user__is_active=True)
    owner = owners.order_by("id").first()
    if owner is None:
        raise NotFound("No such workspace, or nobody owns it.", fix="Use the id that create_workspace printed.", workspace_id=workspace_id)
    return Actor(workspace_id=workspace_id, user_id=owner.user_id, via="shell", scopes=owner.scopes)


@transaction.atomic
def issue_api_key(*, actor: Actor, name: str, scopes: frozenset[str], expires_at: datetime | None = None, now: datetime) -> IssuedKey:
    """Make a key that speaks for the actor's workspace and never may more than its maker does today."""
    _check_key_request(actor, scopes, expires_at, now)
    prefix, secret = crypto.random_token(5), crypto.random_token(25)
    text = f"{KEY_MARK}{prefix}_{secret}"
    key = ApiKey.objects.create(
        workspace_id=actor.workspace_id,
        maker_id=_maker_id(actor),
        name=_name(name, "key", MAX_KEY_NAME),
        prefix=prefix,
        digest=crypto.digest(text),
        scopes=sorted(scopes),
        expires_at=expires_at,
    )
    audit.record(actor, "api_key.issued", key, scopes=" ".join(key.scopes))
    return IssuedKey(key=key, secret=text)


def _check_key_request(actor: Actor, scopes: frozenset[str], expires_at: datetime | None, now: datetime) -> None:
    if not scopes:
        raise Invalid("A key needs at least one scope.", field="scopes", fix="Choose what the program may do.")
    if unknown := sorted(scopes - SCOPES.keys()):
        raise Invalid(f"Unknown scope: {', '.join(unknown)}.", field="scopes", fix=f"Known scopes: {', '.join(SCOPES)}.")
    if beyond := sorted(scopes - actor.scopes):
        raise TooMuchForTheMaker(f"You may not give away what you do not have: {', '.join(beyond)}.", fix="Leave these scopes out.")
    if expires_at is not None and expires_at <= now:
        raise Invalid("The expiry lies in the past.", field="expires_at", fix="Choose a later day, or none.")


def _maker_id(actor: Actor) -> int:
    if actor.user_id is None:
        raise Forbidden("A key is made by a person.", fix="Sign in and make it under Settings → Integrations.")
    return actor.user_id


def get_api_key(*, actor: Actor, key_id: int) -> ApiKey:
    """Return one key of the actor's workspace."""
    try:
        return ApiKey.objects.select_related("maker").get(id=key_id, workspace_id=actor.workspace_id)
    except ApiKey.DoesNotExist:
        raise NotFound("No such key.", key_id=key_id) from None


def list_api_keys(*, actor: Actor) -> list[ApiKey]:
    """Return the workspace's keys, the newest first, revoked ones included."""
    return list(ApiKey.objects.filter(workspace_id=actor.workspace_id).select_related("maker").order_by("-id"))


@transaction.atomic
def revoke_api_key(*, actor: Actor, key_id: int, now: datetime) -> ApiKey:
    """End a key at its next call. Its maker may, and whoever manages the workspace."""
    key = get_api_key(actor=actor, key_id=key_id)
    if key.maker_id != actor.user_id:
        actor.require("admin")
    if ApiKey.objects.filter(id=key.id, revoked_at__isnull=True).update(revoked_at=now) == 1:
        audit.record(actor, "api_key.revoked", key)
    key.refresh_from_db()
    return key


def actor_of_api_key(text: str, *, now: datetime) -> Actor | None:
    """Return who presents this key, with the scopes that the key and its maker's role have in common today; None for no usable key."""
    if not (text.isascii() and text.isprintable()):  # no key of ours, and not every such text may reach the database
        return None
    prefix = text.removeprefix(KEY_MARK).partition("_")[0]
    of_members = ApiKey.objects.usable(now).filter(maker__is_active=True, maker__memberships__workspace_id=F("workspace_id"))
    facts = ("id", "workspace_id", "maker_id", "digest", "scopes", "last_used_at", "maker__memberships__role")
    row = of_members.filter(prefix=prefix[:8]).values_list(*facts).first()
    if not crypto.matches(text, row[3] if row else NO_DIGEST) or row is None:
        return None
    key_id, workspace_id, maker_id, _, scopes, last_used_at, role = row
    _note_use(key_id, last_used_at, now)
    may = SCOPES_OF_ROLE[role] & frozenset(scopes)
    return Actor(workspace_id=workspace_id, user_id=maker_id, via="mcp", scopes=may, credential=f"key:{key_id}")


def _note_use(key_id: int, last_used_at: datetime | None, now: datetime) -> None:
    if last_used_at is None or now - last_used_at >= LAST_USED_EVERY:
        ApiKey.objects.filter(id=key_id).update(last_used_at=now)


def actor_of_member(*, user: User, workspace_id: int) -> Actor | None:
    """Return the signed-in person as an actor of this workspace, or None where they are no member."""
    membership = Membership.objects.filter(workspace_id=workspace_id, user=user).first()
    if membership is None:
        return None
    return Actor(workspace_id=workspace_id, user_id=user.pk, via="web", scopes=membership.scopes)


def move_clock(*, by: timedelta) -> timedelta:
    """Move the embedded installation's clock forward for all its processes; return the whole offset."""
    if not settings.EMBEDDED:
        raise ClockIsReal("Only the embedded mode has a clock that moves.", fix="Use make run or make demo.")
    if by < timedelta():
        raise Invalid("The clock moves forward only.", field="by", fix="Give a positive time.")
    Clock.objects.get_or_create(id=1)
    Clock.objects.update(offset=F("offset") + by)
    return Clock.objects.offset()
