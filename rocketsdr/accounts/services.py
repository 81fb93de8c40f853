"""Workspaces, their people and their credentials."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, QuerySet

from rocketsdr.accounts import audit
from rocketsdr.accounts.actor import NO_CAPS, POLICIES, READ_SCOPES, SCOPES, SCOPES_OF_ROLE, Actor, Caps, Via
from rocketsdr.accounts.models import ApiKey, Clock, Membership, User, Workspace
from rocketsdr.accounts.models.api_key import CAP_FIELDS, ApiKeyToolset
from rocketsdr.accounts.models.workspace import Role
from rocketsdr.accounts.signals import workspace_opened
from rocketsdr.lib import crypto, statements
from rocketsdr.lib.errors import Conflict, Forbidden, Invalid, NotFound

KEY_MARK = "rsdr_live_"
MAX_WORKSPACE_NAME = 120
MAX_KEY_NAME = 100
MAX_CAP = 2**31 - 1
NO_DIGEST = "0" * 64  # compared where there is no key, so that an unknown prefix takes as long as a known one
KEY_FACTS = (
    *("key.id", "key.workspace_id", "key.maker_id", "key.digest", "key.scopes", "key.last_used_at", "membership.role"),
    *("key.prefix", "key.previous_digest", "key.previous_used_at"),
    *("key.read_only", "key.toolset", "key.approval_policy", "key.may_approve", *(f"key.{name}" for name in CAP_FIELDS)),
)
KEY_STATEMENT = f"""
    SELECT {", ".join(KEY_FACTS)}
    FROM accounts_apikey AS key
    JOIN accounts_user AS maker ON maker.id = key.maker_id AND maker.is_active
    JOIN accounts_membership AS membership ON membership.user_id = key.maker_id AND membership.workspace_id = key.workspace_id
    WHERE (key.prefix = %(prefix)s OR (key.previous_prefix = %(prefix)s AND key.previous_until > %(now)s))
        AND key.revoked_at IS NULL AND (key.expires_at IS NULL OR key.expires_at > %(now)s)
"""  # noqa: S608 - our own names; it opens every request, so it is written by hand
LAST_USED_EVERY = timedelta(minutes=1)  # how exact last_used_at is; a write per call would cost more than the call


class ClockIsReal(Conflict):
    code = "clock_is_real"


class TooMuchForTheMaker(Forbidden):
    code = "more_than_the_maker_may"


class KeyRevoked(Conflict):
    code = "api_key_revoked"


class OnlyOwnersLetApprove(Forbidden):
    code = "only_owners_let_approve"


class LimitsAreNotYours(Forbidden):
    code = "limits_are_not_yours"


@dataclass(frozen=True, slots=True)
class KeyRules:
    """What an owner says of a key besides its scopes; `policy` is empty for the workspace's."""

    toolset: str = ApiKeyToolset.CORE
    policy: str = ""
    may_approve: bool = False
    caps: Caps = NO_CAPS
    read_only: bool = False

    def columns(self) -> dict[str, str | int | bool | None]:
        """Return the rules as they are stored."""
        kept = {"toolset": self.toolset, "approval_policy": self.policy, "may_approve": self.may_approve, "read_only": self.read_only}
        return {**kept, **dict(zip(CAP_FIELDS, astuple(self.caps), strict=True))}

    def is_laxer_than(self, other: KeyRules) -> bool:
        """Say whether a key would be held back less by these rules; how many tools a list shows holds nobody back."""
        stricter_caps = [other_cap is None or (cap is not None and cap <= other_cap) for cap, other_cap in _pairs(self.caps, other.caps)]
        laxer_policy = POLICIES.index(self.policy) < POLICIES.index(other.policy)
        return (
            not all(stricter_caps)
            or laxer_policy
            or (other.read_only and not self.read_only)
            or (self.may_approve and not other.may_approve)
        )


def _pairs(first: Caps, second: Caps) -> zip[tuple[int | None, int | None]]:
    return zip(astuple(first), astuple(second), strict=True)


USUAL = KeyRules()


@dataclass(frozen=True, slots=True)
class KeyTerms:
    """What a key is called, what it may do, and the moment from which it does not work any more."""

    name: str
    scopes: frozenset[str]
    expires_at: datetime | None


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
    return _open(workspace, owner, via="shell")


@transaction.atomic
def open_workspace(*, owner: User, name: str, postal_address: str = "") -> Workspace:
    """Open a workspace that the signed-in person owns; WORKSPACES_FOR says who may."""
    if not may_open_workspace(owner):
        raise Forbidden("Operators open the workspaces of this installation.", fix="Ask whoever runs it.")
    workspace = Workspace(name=_name(name, "workspace", MAX_WORKSPACE_NAME), postal_address=postal_address.strip())
    return _open(workspace, owner, via="web")


def may_open_workspace(user: User) -> bool:
    """Say whether this person may open a workspace at a page."""
    return settings.WORKSPACES_FOR == "everybody" or user.is_staff


def _open(workspace: Workspace, owner: User, *, via: Via) -> Workspace:
    workspace.save(force_insert=True)
    Membership.objects.create(workspace=workspace, user=owner, role=Role.OWNER)
    actor = Actor(workspace_id=workspace.id, user_id=owner.id, via=via)
    audit.record(actor, "workspace.created", workspace)
    workspace_opened.send(sender=Workspace, actor=actor)
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
def issue_api_key(
    *,
    actor: Actor,
    name: str,
    scopes: frozenset[str],
    expires_at: datetime | None = None,
    rules: KeyRules = USUAL,
    now: datetime,
) -> IssuedKey:
    """Make a key that speaks for the actor's workspace and never may more than its maker does today."""
    _check_key_request(actor, scopes, expires_at, now)
    _check_rules(actor, rules)
    prefix, text = new_secret()
    key = ApiKey.objects.create(
        workspace_id=actor.workspace_id,
        maker_id=_maker_id(actor),
        name=_name(name, "key", MAX_KEY_NAME),
        prefix=prefix,
        digest=crypto.digest(text),
        scopes=sorted(scopes),
        expires_at=expires_at,
        **rules.columns(),
    )
    audit.record(actor, "api_key.issued", key, scopes=" ".join(key.scopes), **_said_of(rules))
    return IssuedKey(key=key, secret=text)


def new_secret() -> tuple[str, str]:
    """Return a prefix that nobody has, and a whole key that begins with it."""
    prefix = crypto.random_token(5)
    return prefix, f"{KEY_MARK}{prefix}_{crypto.random_token(25)}"


def _check_key_request(actor: Actor, scopes: frozenset[str], expires_at: datetime | None, now: datetime) -> None:
    _check_scopes(scopes)
    if beyond := sorted(scopes - actor.scopes):
        raise TooMuchForTheMaker(f"You may not give away what you do not have: {', '.join(beyond)}.", fix="Leave these scopes out.")
    _check_expiry(expires_at, now)


def _check_scopes(scopes: frozenset[str]) -> None:
    if not scopes:
        raise Invalid("A key needs at least one scope.", field="scopes", fix="Choose what the program may do.")
    if unknown := sorted(scopes - SCOPES.keys()):
        raise Invalid(f"Unknown scope: {', '.join(unknown)}.", field="scopes", fix=f"Known scopes: {', '.join(SCOPES)}.")


def _check_expiry(expires_at: datetime | None, now: datetime) -> None:
    if expires_at is not None and expires_at <= now:
        raise Invalid("The expiry lies in the past.", field="expires_at", fix="Choose a later day, or none.")


def _check_rules(actor: Actor, rules: KeyRules, *, before: KeyRules | None = None) -> None:
    """Refuse rules that are unknown, and the power to approve from somebody who may not give it."""
    if rules.toolset not in ApiKeyToolset.values:
        raise Invalid(f"Unknown toolset {rules.toolset!r:.60}.", field="toolset", fix=f"Use one of {', '.join(ApiKeyToolset.values)}.")
    if rules.policy not in POLICIES:
        fix = f"Use one of {', '.join(POLICIES[1:])}, or none for the workspace's."
        raise Invalid(f"Unknown approval policy {rules.policy!r:.60}.", field="policy", fix=fix)
    for name, cap in zip(Caps.__slots__, astuple(rules.caps), strict=True):
        if cap is not None and not 1 <= cap <= MAX_CAP:
            raise Invalid(f"The cap on {name} is {cap}.", field=name, fix="Give a whole number from 1 on, or none for no cap.")
    if rules.may_approve and not (before and before.may_approve):
        _check_may_let_approve(actor)


def _check_may_let_approve(actor: Actor) -> None:
    if actor.credential:
        raise Forbidden("Only a signed-in owner or admin lets an agent approve.", fix="Ask one to set it in the admin.")
    actor.require("admin")
    if actor.via == "web" and not is_owner(actor):  # who operates the installation is checked by the admin
        raise OnlyOwnersLetApprove("Only an owner of the workspace lets an agent approve.", fix="Ask an owner to set it.")


def is_owner(actor: Actor) -> bool:
    """Say whether the person behind an actor owns the workspace."""
    return Membership.objects.filter(workspace_id=actor.workspace_id, user_id=actor.user_id or 0, role=Role.OWNER).exists()


def _said_of(rules: KeyRules) -> dict[str, str | int | bool | None]:
    """Return what the audit log says of a key's rules: those that are not the usual ones."""
    usual = USUAL.columns()
    return {name: value for name, value in rules.columns().items() if value != usual[name]}


@transaction.atomic
def change_api_key(*, actor: Actor, key_id: int, rules: KeyRules, terms: KeyTerms | None = None, now: datetime | None = None) -> ApiKey:
    """Give a key other rules and terms from its next call on. Whoever manages the workspace may; its maker may hold it back further.

    A scope is added only within what its maker's role has today and the one who changes it has too.
    """
    known = get_api_key(actor=actor, key_id=key_id)
    key = ApiKey.objects.select_for_update().get(id=known.id)  # what is loosened is compared to what holds
    before = rules_of(key)
    if terms is None:
        actor.require("admin")
    elif "admin" not in actor.scopes and rules.is_laxer_than(before):
        message = "Only who manages the workspace loosens the limits of a key."
        raise LimitsAreNotYours(message, fix="Leave them as they are or make them stricter, or ask an owner or admin.")
    _check_rules(actor, rules, before=before)
    columns = {**rules.columns(), **(_terms(actor, key, terms, now) if terms else {})}
    if ApiKey.objects.filter(id=key.id, revoked_at__isnull=True).update(**columns) != 1:
        raise KeyRevoked("The key is revoked; nothing of it changes any more.", fix="Make a new key.")
    key.refresh_from_db()
    scopes = {"scopes": " ".join(key.scopes)} if terms else {}
    audit.record(actor, "api_key.changed", key, **scopes, **_said_of(rules))
    return key


def _terms(actor: Actor, key: ApiKey, terms: KeyTerms, now: datetime | None) -> dict[str, Any]:
    """Return what a key is called, may do and how long, as it is stored, or refuse it."""
    if beyond := sorted((terms.scopes & SCOPES.keys()) - scopes_within_reach(actor, key)):
        message = f"The maker of this key, or you, may not do this: {', '.join(beyond)}."
        raise TooMuchForTheMaker(message, fix="Leave these scopes out; a key never may more than its maker.")
    _check_scopes(terms.scopes)
    if terms.expires_at != key.expires_at and now is not None:
        _check_expiry(terms.expires_at, now)
    return {"name": _name(terms.name, "key", MAX_KEY_NAME), "scopes": sorted(terms.scopes), "expires_at": terms.expires_at}


def scopes_within_reach(actor: Actor, key: ApiKey) -> frozenset[str]:
    """Return the scopes that this actor may leave a key or give it: those it has, and what its maker's role and the actor both may."""
    role = Membership.objects.filter(workspace_id=key.workspace_id, user_id=key.maker_id).values_list("role", flat=True).first()
    return frozenset(key.scopes) | (actor.scopes & (SCOPES_OF_ROLE[role] if role else frozenset()))


def rules_of(key: ApiKey) -> KeyRules:
    """Return what an owner has said of a key."""
    return KeyRules(key.toolset, key.approval_policy, may_approve=key.may_approve, caps=key.caps, read_only=key.read_only)


def _maker_id(actor: Actor) -> int:
    if actor.user_id is None:
        raise Forbidden("A key is made by a person.", fix="Sign in and make it under Settings → Integrations.")
    return actor.user_id


def _keys_of(actor: Actor) -> QuerySet[ApiKey]:
    """Return the keys that an actor may know of: their own, and all of the workspace for whoever manages it."""
    keys = ApiKey.objects.filter(workspace_id=actor.workspace_id).select_related("maker")
    return keys if "admin" in actor.scopes else keys.filter(maker_id=actor.user_id or 0)


def get_api_key(*, actor: Actor, key_id: int) -> ApiKey:
    """Return one key that the actor may know of."""
    try:
        return _keys_of(actor).get(id=key_id)
    except ApiKey.DoesNotExist:
        raise NotFound("No such key.", key_id=key_id) from None


def list_api_keys(*, actor: Actor) -> list[ApiKey]:
    """Return the keys that the actor may know of, the newest first, revoked ones included."""
    return list(_keys_of(actor).order_by("-id"))


@transaction.atomic
def revoke_api_key(*, actor: Actor, key_id: int, now: datetime) -> ApiKey:
    """End a key at its next call. Its maker may, and whoever manages the workspace."""
    key = get_api_key(actor=actor, key_id=key_id)
    if ApiKey.objects.filter(id=key.id, revoked_at__isnull=True).update(revoked_at=now) == 1:
        audit.record(actor, "api_key.revoked", key)
    key.refresh_from_db()
    return key


def actor_of_api_key(text: str, *, now: datetime) -> Actor | None:
    """Return who presents this key, with the scopes that the key and its maker's role have in common today; None for no usable key."""
    if not (text.isascii() and text.isprintable()):  # no key of ours, and not every such text may reach the database
        return None
    prefix = text.removeprefix(KEY_MARK).partition("_")[0]
    row = next(iter(statements.read(KEY_STATEMENT, {"prefix": prefix[:8], "now": now})), None)
    key = dict(zip(KEY_FACTS, row, strict=True)) if row else {}
    is_current = key.get("key.prefix") == prefix[:8]
    if not crypto.matches(text, key.get("key.digest" if is_current else "key.previous_digest", NO_DIGEST)) or not key:
        return None
    used = "last_used_at" if is_current else "previous_used_at"
    _note_use(key["key.id"], used, key[f"key.{used}"], now)
    return _actor_of(key)


def _actor_of(key: Mapping[str, Any]) -> Actor:
    """Return who presents a key, from its KEY_FACTS."""
    may = SCOPES_OF_ROLE[key["membership.role"]] & frozenset(key["key.scopes"])
    return Actor(
        workspace_id=key["key.workspace_id"],
        user_id=key["key.maker_id"],
        via="mcp",
        scopes=may & READ_SCOPES if key["key.read_only"] else may,
        credential=f"key:{key['key.id']}",
        toolset=key["key.toolset"],
        policy=key["key.approval_policy"],
        may_approve=key["key.may_approve"],
        caps=Caps(*(key[f"key.{name}"] for name in CAP_FIELDS)),
    )


def _note_use(key_id: int, column: str, used_at: datetime | None, now: datetime) -> None:
    if used_at is None or now - used_at >= LAST_USED_EVERY:
        ApiKey.objects.filter(id=key_id).update(**{column: now})


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
