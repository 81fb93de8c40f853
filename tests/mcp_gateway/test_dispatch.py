"""The hallway: what each call passes, what it costs, and what is left of it."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Any

import pytest

from mcp_gateway import dispatch
from mcp_gateway.dispatch import Call, Outcome, UnknownTool
from mcp_gateway.models import Ending, IdempotentAnswer, ToolCall
from rocketsdr.accounts.models import AuditEvent, QuotaUse, Workspace
from rocketsdr.lib import crypto
from tests.mcp_gateway.urls import TEST_SURFACE

KEY = "a-key-of-mine"


@pytest.fixture
def call(actor, now):
    def make(tool: str, *, header: str = "", by: Any = actor, at: Any = now, **arguments: Any) -> Outcome:
        asked = Call(surface=TEST_SURFACE, name=tool, arguments=arguments, request_id="r" * 32, client="pytest 1", idempotency_key=header)
        return dispatch.call(by, asked, now=at)

    return make


def used(name="create_campaign") -> int:
    return sum(QuotaUse.objects.filter(name=name).values_list("used", flat=True))


def notes() -> int:
    return AuditEvent.objects.filter(action="note.written").count()


def endings() -> list[tuple[str, str]]:
    return list(ToolCall.objects.order_by("id").values_list("outcome", "code"))


def test_a_call_is_done_and_recorded_without_its_arguments(call, actor, now):
    outcome = call("write_note", text="Ada Lovelace")
    record = ToolCall.objects.get()
    assert not outcome.is_error
    assert (record.tool, record.outcome, record.code, record.surface, record.client) == ("write_note", Ending.DONE, "", "test", "pytest 1")
    assert (record.workspace_id, record.user_id, record.credential, record.via) == (actor.workspace_id, actor.user_id, "key:1", "mcp")
    assert (record.at, record.request_id) == (now, "r" * 32)
    assert crypto.matches('{"text": "Ada Lovelace"}', record.args_digest)
    assert not [name for name, value in vars(record).items() if "Lovelace" in str(value)]


def test_a_read_is_recorded_too(call):
    call("list_words")
    assert endings() == [(Ending.DONE, "")]


def test_an_unknown_tool_is_no_call(call, db):
    with pytest.raises(UnknownTool, match="Did you mean write_note"):
        call("write_nota")
    assert endings() == []


def test_an_older_name_of_a_tool_works_and_is_recorded_by_its_name(call):
    assert call("add_note", text="a").text == "Note 1 is written."
    assert ToolCall.objects.get().tool == "write_note"


def test_a_call_beyond_the_scopes_names_the_scope(call, viewer):
    outcome = call("write_note", by=viewer, text="a")
    assert outcome.is_error
    assert outcome.text.startswith("Error writing the note: This credential lacks the scope campaigns:write")
    assert outcome.structured["code"] == "insufficient_scope"
    assert (notes(), used(), endings()) == (0, 0, [(Ending.REFUSED, "insufficient_scope")])


def test_a_tool_without_a_scope_is_for_everybody(call, viewer):
    assert not call("say_who", by=viewer).is_error


def test_wrong_arguments_are_told_all_at_once_and_cost_nothing(call):
    outcome = call("write_note", txt="a", product_id="seven")
    assert outcome.structured == {
        "code": "invalid_arguments",
        "message": outcome.structured["message"],
        "fix": "",
        "field_errors": [
            {"field": "text", "message": "text is missing: add it."},
            {"field": "product_id", "message": 'product_id is "seven": send an id: a whole number, or a string of digits.'},
            {"field": "txt", "message": "txt is not an argument of write_note: did you mean text."},
        ],
        "failed_gates": [],
    }
    assert outcome.text == f"Error writing the note: {outcome.structured['message']}"
    assert (notes(), used(), endings()) == (0, 0, [(Ending.REFUSED, "invalid_arguments")])


def test_a_refusal_says_why_and_what_to_do_and_gives_back_what_it_took(call, jobs):
    outcome = call("write_note", text="a", then="refuse")
    assert outcome.text == "Error writing the note: The notebook is closed. Open it."
    assert outcome.structured == {
        "code": "note_refused",
        "message": "The notebook is closed.",
        "fix": "Open it.",
        "field_errors": [],
        "failed_gates": [{"gate": "open", "detail": "closed"}],
    }
    assert (notes(), used(), jobs.names, endings()) == (0, 0, [], [(Ending.REFUSED, "note_refused")])


def test_a_refusal_of_a_field_names_the_field(call):
    assert call("write_note", text="a", then="invalid").structured["field_errors"] == [{"field": "text", "message": "text is not nice."}]


def test_a_fault_of_ours_is_raised_recorded_and_gives_back_what_it_took(call):
    with pytest.raises(RuntimeError):
        call("write_note", text="a", then="crash", idempotency_key=KEY)
    assert (notes(), used(), IdempotentAnswer.objects.count(), endings()) == (0, 0, 0, [(Ending.CRASHED, "")])


# --- Quota -----------------------------------------------------------------------------------------------------------------------


def test_a_call_says_what_is_left_of_its_quota_and_what_was_audited(call):
    outcome = call("write_note", text="a")
    assert outcome.meta == {
        "quota": {"name": "create_campaign", "limit": 10, "used": 1, "remaining": 9, "resets_at": "2026-11-18T00:00:00Z"},
        "audit_id": AuditEvent.objects.get(action="note.written").pk,
    }


def test_a_used_up_quota_is_said_in_the_words_that_clients_know(call, workspace, now):
    Workspace.objects.filter(id=workspace.id).update(quota_limits={"preview_leads": 1})
    assert not call("count_notes").is_error
    outcome = call("count_notes")
    assert outcome.text == "Error counting notes: daily quota for preview_leads exhausted (1/1). Resets at 00:00 UTC."
    assert outcome.structured["code"] == "quota_exhausted"
    assert outcome.structured["retry_after_s"] == 14 * 3600
    assert outcome.meta["quota"] == {
        "name": "preview_leads",
        "limit": 1,
        "used": 1,
        "remaining": 0,
        "resets_at": (now.astimezone(UTC).replace(hour=0) + timedelta(days=1)).isoformat(),
    }
    assert not call("count_notes", at=now + timedelta(hours=14)).is_error


# --- Dry runs --------------------------------------------------------------------------------------------------------------------


def test_a_dry_run_goes_the_whole_way_and_leaves_nothing(call, jobs):
    outcome = call("write_note", text="a", dry_run=True, idempotency_key=KEY)
    assert outcome.text == "Dry run: nothing was changed.\n\nNote 1 is written."
    assert (outcome.structured["note_id"], outcome.meta) == (1, {"dry_run": True})
    assert (notes(), used(), jobs.names, IdempotentAnswer.objects.count()) == (0, 0, [], 0)
    assert endings() == [(Ending.REHEARSED, "")]


def test_a_dry_run_finds_the_same_faults(call):
    assert call("write_note", text="a", dry_run=True, then="refuse").structured["code"] == "note_refused"
    assert call("write_note", text="", dry_run=True).structured["code"] == "invalid_arguments"


def test_a_dry_run_needs_no_quota(call, workspace):
    Workspace.objects.filter(id=workspace.id).update(quota_limits={"create_campaign": 0})
    assert not call("write_note", text="a", dry_run=True).is_error
    assert call("write_note", text="a").structured["code"] == "quota_exhausted"


# --- Idempotency keys ------------------------------------------------------------------------------------------------------------


def test_the_same_call_twice_with_one_key_acts_once(call):
    first = call("write_note", text="a", idempotency_key=KEY)
    second = call("write_note", idempotency_key=KEY, text="a")
    assert (second.text, second.structured) == (first.text + dispatch.REPLAYED, first.structured)
    assert second.meta == {**first.meta, "replayed": True}
    assert (notes(), used(), endings()) == (1, 1, [(Ending.DONE, ""), (Ending.REPLAYED, "")])


def test_the_key_may_stand_in_the_header(call):
    call("write_note", text="a", header=KEY)
    assert call("write_note", text="a", idempotency_key=KEY).meta["replayed"] is True
    assert notes() == 1


def test_two_different_keys_on_one_call_are_refused(call):
    outcome = call("write_note", text="a", idempotency_key=KEY, header="another-key")
    assert outcome.structured["field_errors"][0]["field"] == "idempotency_key"


@pytest.mark.parametrize("key", ["short", "x" * 129])
def test_a_key_in_the_header_is_checked_like_the_argument(call, key):
    assert call("write_note", text="a", header=key).structured["field_errors"][0]["field"] == "idempotency_key"


def test_a_header_on_a_read_changes_nothing(call):
    assert not call("list_words", header=KEY).is_error
    assert IdempotentAnswer.objects.count() == 0


def test_one_key_for_other_arguments_is_a_named_conflict(call):
    call("write_note", text="a", idempotency_key=KEY)
    outcome = call("write_note", text="b", idempotency_key=KEY)
    assert outcome.structured["code"] == "idempotency_key_reused"
    assert KEY in outcome.text
    assert notes() == 1


def test_a_refused_call_leaves_its_key_free(call):
    assert call("write_note", text="a", then="refuse", idempotency_key=KEY).is_error
    assert not call("write_note", text="a", idempotency_key=KEY).is_error


def test_a_key_is_good_for_one_credential_tool_and_workspace(call, actor, stranger):
    from dataclasses import replace

    call("write_note", text="a", idempotency_key=KEY)
    for other in (replace(actor, credential="key:99"), stranger.actor):
        assert "replayed" not in call("write_note", by=other, text="a", idempotency_key=KEY).meta
    assert notes() == 3


def test_a_key_is_forgotten_after_seven_days(call, now):
    call("write_note", text="a", idempotency_key=KEY)
    assert "replayed" in call("write_note", text="a", idempotency_key=KEY, at=now + timedelta(days=7, seconds=-1)).meta
    assert "replayed" not in call("write_note", text="b", idempotency_key=KEY, at=now + timedelta(days=7)).meta
    assert notes() == 2


def test_a_kept_answer_stands_encrypted(call, db):
    from django.db import connection

    call("write_note", text="a", idempotency_key=KEY)
    with connection.cursor() as cursor:
        cursor.execute("SELECT answer FROM mcp_gateway_idempotentanswer")
        stored = cursor.fetchone()[0]
    assert "written" not in stored
    assert "is written" in IdempotentAnswer.objects.get().answer


def test_a_key_survives_a_new_pepper(call, settings):
    call("write_note", text="a", idempotency_key=KEY)
    settings.API_KEY_PEPPERS = ["new", *settings.API_KEY_PEPPERS]
    assert call("write_note", text="a", idempotency_key=KEY).meta["replayed"] is True
