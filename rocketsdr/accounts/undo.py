"""Undo: reversing what somebody did, as far as that is possible, for some days.

A service that does something reversible says so with `remember`, in its own transaction. Which verb reverses an action, and why
another one never is, the apps say by name in their `apps.py`. The verb is a service like any other: it checks the caller's workspace,
meets the approval policy and is audited. Nothing here lifts a suppression, an opt-out or a pause.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from rocketsdr.accounts import audit
from rocketsdr.accounts.actor import Actor
from rocketsdr.accounts.models.audit import AuditEvent
from rocketsdr.accounts.models.undo import UndoStep
from rocketsdr.lib.errors import Conflict, NotFound

KEPT_FOR = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Left:
    """A thing that stays as it is, and why."""

    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Undone:
    """What was reversed, in sentences, and what could not be."""

    undone: tuple[str, ...] = ()
    not_undoable: tuple[Left, ...] = ()


Verb = Callable[[Actor, AuditEvent, dict[str, Any], datetime], Undone]


@dataclass(frozen=True, slots=True)
class Inverse:
    """How an action is reversed: the verb, and the scope that a caller of this verb needs."""

    scope: str
    verb: Verb


_inverses: dict[str, Inverse] = {}
_reasons: dict[str, str] = {}


def register(action: str, inverse: Inverse) -> None:
    """Name what reverses an action."""
    _inverses[action] = inverse


def never(reasons: Mapping[str, str]) -> None:
    """Say of some actions why nothing reverses them, and what to do instead."""
    _reasons.update(reasons)


def is_undoable(action: str) -> bool:
    """Say whether something reverses this action."""
    return action in _inverses


def scope_to_undo(action: str) -> str:
    """Return the scope that whoever undoes this action needs; empty where nothing reverses it."""
    return _inverses[action].scope if action in _inverses else ""


def why_never(action: str) -> str:
    """Return why nothing reverses this action; empty for one that is undoable or that nobody has spoken of."""
    return _reasons.get(action, "")


def remember(event: AuditEvent, **needed: object) -> None:
    """Keep what it takes to reverse this action; it goes away by itself."""
    UndoStep.objects.create(
        workspace_id=event.workspace_id,
        event=event,
        action=event.action,
        needed=json.dumps(needed, ensure_ascii=False) if needed else "",
        expires_at=event.at + KEPT_FOR,
    )


@transaction.atomic
def undo(*, actor: Actor, audit_id: int, now: datetime) -> Undone:
    """Reverse one audited action, or say why not; the caller needs the scope of the verb that reverses it."""
    event = get_event(actor=actor, audit_id=audit_id)
    inverse = _inverses.get(event.action)
    if inverse is None:
        return _left(event, why_never(event.action) or "Nothing reverses this action.")
    actor.require(inverse.scope)
    step = UndoStep.objects.select_for_update().filter(event_id=event.pk).first()
    if step is None or step.expires_at <= now:
        return _left(event, f"It was done too long ago: an action can be undone for {KEPT_FOR.days} days.")
    if step.undone_at is not None:
        return _left(event, f"It was undone already, at {step.undone_at:%Y-%m-%d %H:%M} UTC.")
    outcome = _reverse(actor, event, inverse, step, now)
    if outcome.undone:
        UndoStep.objects.filter(id=step.id, undone_at__isnull=True).update(undone_at=now)
        audit.record(actor, "action.undone", event, undone=event.action)
    return outcome


def get_event(*, actor: Actor, audit_id: int) -> AuditEvent:
    """Return one audited action of the actor's workspace."""
    try:
        return AuditEvent.objects.get(id=audit_id, workspace_id=actor.workspace_id)
    except AuditEvent.DoesNotExist:
        raise NotFound(
            "No such action.", fix="_meta.audit_id of an answer names it; get_audit_log lists them.", audit_id=audit_id
        ) from None


def purge(*, now: datetime) -> int:
    """Forget what can be undone no more; return how many steps."""
    return UndoStep.objects.filter(expires_at__lte=now).delete()[0]


def erase(*, workspace_id: int, mentions: Collection[str]) -> int:
    """Forget the steps that mention these people, named by their addresses; return how many. Their actions cannot be undone any more."""
    words = [mention.strip().lower() for mention in mentions if mention.strip()]
    steps = UndoStep.objects.filter(workspace_id=workspace_id).exclude(needed="").only("needed")
    found = [step.pk for step in steps.iterator() if any(word in step.needed.lower() for word in words)]
    return UndoStep.objects.filter(pk__in=found).delete()[0]


def _reverse(actor: Actor, event: AuditEvent, inverse: Inverse, step: UndoStep, now: datetime) -> Undone:
    """Call the verb; where the state of things does not allow it any more, nothing of it stays."""
    try:
        with transaction.atomic():
            return inverse.verb(actor, event, json.loads(step.needed or "{}"), now)
    except (Conflict, NotFound) as error:
        return _left(event, f"{error.message} {error.fix}".strip())


def _left(event: AuditEvent, why: str) -> Undone:
    subject = f" ({event.subject_kind} {event.subject_id})" if event.subject_id is not None else ""
    return Undone(not_undoable=(Left(what=f"{event.action}{subject}", why=why),))


never(
    {
        "action.undone": "An undo is not undone: do the action again instead.",
        "workspace.created": "A workspace is not deleted by an agent; ask an operator.",
        "workspace.changed": "Settings are changed back by a person, under Settings.",
        "workspace.paused": "Nothing but resume_all lifts a pause, and a person decides it.",
        "workspace.resume_requested": "A request is rejected by a person, or ends by itself after a week.",
        "workspace.resumed": "pause_all stops everything again, at once.",
        "membership.set": "Members are managed by people: an owner sets the role anew.",
        "membership.ended": "Members are managed by people: an owner invites them again.",
        "invitation.made": "An invitation is revoked by a person, under Settings → Members.",
        "invitation.resent": "An invitation is revoked by a person, under Settings → Members.",
        "invitation.revoked": "Members are managed by people: one who may invites them again.",
        "invitation.accepted": "Members are managed by people: one who may removes them, under Settings → Members.",
        **dict.fromkeys(
            (
                *("password.changed", "password.reset", "second_factor.added", "second_factor.removed", "second_factor.reset"),
                *("second_factor.refused", "recovery_codes.renewed", "recovery_code.used"),
            ),
            "How somebody signs in is theirs alone to change, under Settings → Your account.",
        ),
        "api_key.issued": "A key is ended by revoking it, under Settings → Integrations.",
        "api_key.revoked": "A revoked key never works again: make a new one under Settings → Integrations.",
        "api_key.rotated": "The old secret ends by itself: rotate the key again, or revoke it, under Settings → Integrations.",
        "api_key.old_secret_ended": "A secret that has ended never works again: rotate the key under Settings → Integrations.",
        "api_key.changed": "What a key may do is set by people, under Settings → Integrations.",
        "connection.made": "A connection is ended by revoking it, under Settings → Integrations.",
        "connection.widened": "A connection is ended by revoking it, under Settings → Integrations.",
        "connection.revoked": "A revoked connection never works again: connect the client anew.",
        "connection.given_back": "The client has ended it: connect it anew.",
        "connection.run_out": "Its last token has expired: connect the client anew.",
        "connection.code_replayed": "Its code was presented twice, so somebody else may have had it: connect the client anew.",
        "connection.token_replayed": "An old token of it was presented again, so somebody else may have had it: connect the client anew.",
        "oauth_client.made": "A client is deleted by an admin, under Settings → Integrations.",
        "oauth_client.changed": "A client's name and addresses are set by an admin, under Settings → Integrations.",
        "oauth_client.secret_rotated": "An old secret never works again: give the program the new one.",
        "oauth_client.disabled": "A client is enabled again by an admin, under Settings → Integrations.",
        "oauth_client.enabled": "A client is disabled again by an admin, under Settings → Integrations.",
        "oauth_client.deleted": "A deleted client is gone with its tokens: make a new one under Settings → Integrations.",
        "approval.approved": "A decision is not taken back: pause the campaign that it let go (pause_campaign).",
        "approval.rejected": "A decision is not taken back: ask for the act again.",
    }
)
