"""What the hallway does with a tool that asks, that tells secrets, or that says too much."""

from __future__ import annotations

from dataclasses import replace

import jsonschema  # type: ignore[import-untyped]  # the library ships no types
import pytest

from mcp_gateway import catalogue, idempotency
from mcp_gateway.models import Ending, IdempotentAnswer, ToolCall
from mcp_gateway.tool.capping import MOST, NOTE
from mcp_gateway.tool.exchange import Exchange, InputRequired, current
from rocketsdr.accounts.actor import Caps
from rocketsdr.accounts.models import AuditEvent, QuotaUse
from tests.mcp_gateway.hall import HALL, caller

KEY = "a-key-of-mine"


@pytest.fixture
def call(actor, now):
    return caller(actor, now)


def endings() -> list[tuple[str, str]]:
    return list(ToolCall.objects.order_by("id").values_list("outcome", "code"))


# --- Questions -------------------------------------------------------------------------------------------------------------------


def test_a_tool_that_asks_has_done_nothing_yet(call, jobs):
    with pytest.raises(InputRequired) as caught:
        call("send_note", text="a", ask=True, idempotency_key=KEY)
    assert (caught.value.state, list(caught.value.requests)) == ({"n": 1}, ["colour"])
    assert (AuditEvent.objects.count(), QuotaUse.objects.count(), IdempotentAnswer.objects.count(), jobs.names) == (0, 0, 0, [])
    assert endings() == [(Ending.ASKED, "")]


def test_it_goes_on_with_the_answer(call):
    answered = Exchange(inputs={"colour": {"action": "accept"}}, state={"n": 1})
    assert call("send_note", text="a", ask=True, exchange=answered, idempotency_key=KEY).structured["status"] == "sent"
    assert call("send_note", text="a", ask=True, idempotency_key=KEY).meta["replayed"] is True
    assert current() == Exchange()


def test_a_rehearsal_that_asks_has_done_nothing_either(call):
    with pytest.raises(InputRequired):
        call("send_note", text="a", ask=True, dry_run=True)
    assert AuditEvent.objects.count() == 0


# --- The cap of the credential -----------------------------------------------------------------------------------------------------


def test_calls_are_counted_against_the_cap_of_the_credential(call, actor):
    capped = replace(actor, caps=Caps(calls=2))
    assert not call("send_note", by=capped, text="a").is_error
    assert not call("make_pass", by=capped).is_error
    assert not call("tell_story", by=capped, length=1).is_error  # needs no scope, so it counts nothing
    over = call("send_note", by=capped, text="a")
    assert over.structured["code"] == "credential_cap_exhausted"
    assert "quota" in over.text
    assert AuditEvent.objects.filter(action="note.sent").count() == 1
    assert not call("send_note", text="a").is_error


def test_a_rehearsal_and_wrong_arguments_count_against_no_cap(call, actor):
    capped = replace(actor, caps=Caps(calls=1, campaigns=0))
    for _ in range(3):
        assert not call("send_note", by=capped, text="a", dry_run=True).is_error
        assert call("send_note", by=capped, txt="a").structured["code"] == "invalid_arguments"
    assert QuotaUse.objects.count() == 0


# --- Secrets ---------------------------------------------------------------------------------------------------------------------


def test_a_secret_is_shown_once_and_kept_nowhere(call):
    first = call("make_pass", idempotency_key=KEY)
    assert first.structured == {"owner": "Ada", "password": "open sesame", "form": {"mark": "signed by us"}, "spare": None}
    kept = IdempotentAnswer.objects.get().answer
    assert "sesame" not in kept
    assert "signed by us" not in kept
    second = call("make_pass", idempotency_key=KEY)
    assert second.structured == {"owner": "Ada", "password": "shown once", "form": {"mark": "shown once"}, "spare": None}
    assert second.text.startswith("The password of Ada is shown once, the form says shown once.")
    assert "call with another idempotency_key" in second.text
    [tool] = [tool for tool in catalogue.of(HALL).tools if tool.name == "make_pass"]
    jsonschema.validate(second.structured, tool.output_schema)


def test_kept_answers_that_mention_somebody_are_erased(call, stranger, actor):
    call("make_pass", owner="Ada <Ada@Example.com>", idempotency_key=KEY)
    call("make_pass", owner="bob@example.com", idempotency_key="another-key")
    call("make_pass", idempotency_key="ada@example.com says")
    call("make_pass", by=stranger.actor, owner="ada@example.com", idempotency_key=KEY)
    assert idempotency.erase(workspace_id=actor.workspace_id, mentions=["ada@example.com"]) == 2
    assert idempotency.erase(workspace_id=actor.workspace_id, mentions=["ada@example.com", " ", ""]) == 0
    assert {(answer.workspace_id, answer.key) for answer in IdempotentAnswer.objects.all()} == {
        (actor.workspace_id, "another-key"),
        (stranger.workspace.id, KEY),
    }


# --- Too much ----------------------------------------------------------------------------------------------------------------------


def test_an_answer_that_is_too_long_is_cut_and_says_so(call):
    outcome = call("tell_story", length=100_000)
    assert outcome.text.endswith(NOTE)
    assert len(outcome.text) <= MOST + len(NOTE)
    assert len(outcome.structured["story"]) < MOST
    assert (outcome.structured["truncated"], outcome.meta["truncated"], outcome.structured["title"]) == (True, True, "Once")


def test_a_long_list_is_cut_too(call):
    outcome = call("tell_story", length=1, lines=1000)
    assert 25 <= len(outcome.structured["lines"]) < 1000
    assert outcome.meta["truncated"] is True


def test_an_answer_that_fits_says_nothing_of_it(call):
    outcome = call("tell_story", length=1000)
    assert "truncated" not in outcome.structured
    assert outcome.meta == {}
