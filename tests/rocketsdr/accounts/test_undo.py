"""Every action that the audit log can hold is either undoable or has a reason why not, and is undone once at most."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from rocketsdr.accounts import audit, tasks, undo
from rocketsdr.accounts.actor import MissingScope
from rocketsdr.accounts.models import AuditEvent, UndoStep
from rocketsdr.accounts.security.notices import NOTICES
from rocketsdr.accounts.undo import Inverse, Left, Undone
from rocketsdr.lib import clock
from rocketsdr.lib.errors import Conflict, NotFound

# Actions whose names are put together where they are recorded.
MADE_UP = {
    "approvals.py": {"approval.approved", "approval.rejected"},
    "assets.py": {f"{noun}.{verb}" for noun in ("product", "persona") for verb in ("created", "updated", "deleted")},
    "connections.py": {
        *(f"connection.{what}" for what in ("made", "widened", "revoked", "given_back", "run_out", "code_replayed", "token_replayed")),
    },
    "inbox.py": {"conversation.read", "conversation.unread"},
    "admin.py": {"workspace.changed", "workspace.paused", "workspace.resumed"},
    "notices.py": {*NOTICES, "second_factor.refused"},
}


@pytest.fixture(autouse=True)
def _on_a_tuesday(now):
    offset = now - clock.now()
    clock.use_offset_source(lambda: offset)


@pytest.fixture
def done(monkeypatch) -> list[Any]:
    """Register verbs for made-up actions; what they were given is in the list."""
    given: list[Any] = []

    def verb(actor: Any, event: AuditEvent, needed: dict[str, Any], now: Any) -> Undone:
        given.append((event.action, needed))
        if needed.get("stuck"):
            audit.record(actor, "test.half")
            raise Conflict("It is stuck.", fix="Pull harder.")
        return Undone(undone=("It is back.",), not_undoable=(Left("the rest", "It is gone."),))

    monkeypatch.setitem(undo._inverses, "test.done", Inverse("campaigns:write", verb))
    return given


def recorded() -> Iterator[tuple[str, set[str]]]:
    """Yield every place of the code that records an action, with the names that the action may have there."""
    for package in ("rocketsdr", "integrations", "campaigns", "mcp_gateway"):
        for path in sorted(Path(settings.BASE_DIR, package).rglob("*.py")):
            calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
            for call in [call for call in calls if ast.unparse(call.func) in {"audit.record", "record"} and len(call.args) > 1]:
                name = call.args[1]
                known = {str(name.value)} if isinstance(name, ast.Constant) else MADE_UP.get(path.name, set())
                yield f"{path.relative_to(settings.BASE_DIR)}:{call.lineno}", known


def test_every_action_in_the_code_is_undoable_or_has_a_reason():
    places = list(recorded())
    assert len(places) > 20
    unknown = [place for place, names in places if not names]
    assert unknown == [], "an action whose name is put together stands in MADE_UP"
    unsaid = {(place, name) for place, names in places for name in names if not undo.is_undoable(name) and not undo.why_never(name)}
    assert unsaid == set()


def test_a_reason_is_a_sentence_and_no_action_has_both():
    for action, reason in undo._reasons.items():
        assert reason.endswith("."), action
        assert not undo.is_undoable(action)


def test_an_action_is_undone_with_what_was_kept_and_that_is_audited(actor, now, done, product):
    event = audit.record(actor, "test.done", product)
    undo.remember(event, before={"name": "Ada"})
    outcome = undo.undo(actor=actor, audit_id=event.pk, now=now)
    assert outcome == Undone(("It is back.",), (Left("the rest", "It is gone."),))
    assert done == [("test.done", {"before": {"name": "Ada"}})]
    said = AuditEvent.objects.get(action="action.undone")
    assert (said.subject_kind, said.subject_id, said.facts) == ("auditevent", event.pk, {"undone": "test.done"})
    assert UndoStep.objects.get().undone_at == now


def test_an_action_is_undone_once(actor, now, done):
    event = audit.record(actor, "test.done")
    undo.remember(event)
    undo.undo(actor=actor, audit_id=event.pk, now=now)
    again = undo.undo(actor=actor, audit_id=event.pk, now=now + timedelta(hours=1))
    assert again == Undone(not_undoable=(Left("test.done", "It was undone already, at 2026-11-17 10:00 UTC."),))
    assert len(done) == 1


def test_what_does_not_go_any_more_leaves_nothing_and_may_be_tried_again(actor, now, done):
    event = audit.record(actor, "test.done")
    undo.remember(event, stuck=True)
    for _ in range(2):
        outcome = undo.undo(actor=actor, audit_id=event.pk, now=now)
        assert outcome.not_undoable == (Left("test.done", "It is stuck. Pull harder."),)
    assert list(AuditEvent.objects.values_list("action", flat=True)) == ["test.done"]


def test_an_action_is_undoable_for_seven_days(actor, now, done):
    event = audit.record(actor, "test.done")
    undo.remember(event)
    late = undo.undo(actor=actor, audit_id=event.pk, now=now + timedelta(days=7, seconds=1))
    assert "too long ago" in late.not_undoable[0].why
    assert undo.undo(actor=actor, audit_id=event.pk, now=now + timedelta(days=6, hours=23)).undone


def test_an_action_that_nothing_reverses_says_so(actor, now, product):
    paused = audit.record(actor, "campaign.paused", product)
    strange = audit.record(actor, "nobody.knows")
    assert undo.undo(actor=actor, audit_id=paused.pk, now=now).not_undoable == (
        Left(f"campaign.paused (product {product.id})", undo.why_never("campaign.paused")),
    )
    assert undo.undo(actor=actor, audit_id=strange.pk, now=now).not_undoable == (Left("nobody.knows", "Nothing reverses this action."),)


def test_the_scope_of_the_verb_is_needed(actor, now, done):
    event = audit.record(actor, "test.done")
    undo.remember(event)
    with pytest.raises(MissingScope, match="campaigns:write"):
        undo.undo(actor=replace(actor, scopes=frozenset({"oversight:write"})), audit_id=event.pk, now=now)
    assert done == []


def test_a_strangers_action_looks_like_a_missing_one(actor, stranger, now):
    event = audit.record(stranger.actor, "product.created", stranger.product)
    for audit_id in (event.pk, 999_999_999):
        with pytest.raises(NotFound, match="No such action") as caught:
            undo.undo(actor=actor, audit_id=audit_id, now=now)
        assert caught.value.context == {"audit_id": audit_id}


def test_what_is_kept_stands_encrypted_and_is_erased_with_a_person(actor, stranger, db):
    from django.db import connection

    for by, words in ((actor, "write to ada@example.com"), (actor, "nobody"), (stranger.actor, "ada@example.com")):
        undo.remember(audit.record(by, "test.done"), before={"name": words})
    undo.remember(audit.record(actor, "test.done"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(needed, ' ') FROM accounts_undostep")
        assert "ada@" not in cursor.fetchone()[0]
    assert undo.erase(workspace_id=actor.workspace_id, mentions=["Ada@example.com"]) == 1
    assert UndoStep.objects.count() == 3


@pytest.mark.parametrize("address", ["jörg@müller.example", "o'hara@example.com"])
def test_what_is_kept_of_an_address_of_any_letters_is_erased(actor, address):
    undo.remember(audit.record(actor, "test.done"), before={"name": f"write to {address}"})
    assert undo.erase(workspace_id=actor.workspace_id, mentions=[address.upper()]) == 1


def test_the_job_forgets_what_is_undoable_no_more(actor, done, now):
    for age in (timedelta(days=8), timedelta(days=1)):
        event = audit.record(actor, "test.done")
        event.at = now - age
        undo.remember(event)
    for _ in range(3):
        tasks.purge_undo_steps()
        assert UndoStep.objects.count() == 1
