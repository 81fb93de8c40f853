"""The policy `confirm`: an act shows first what it would do, and is done once, as it was shown, when that is confirmed."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import jsonschema  # type: ignore[import-untyped]  # the library ships no types
import pytest
from django.db import connections

from mcp_gateway import catalogue, tasks
from mcp_gateway.models import ConfirmationUse, Ending, IdempotentAnswer, ToolCall
from mcp_gateway.tool.exchange import Exchange, InputRequired
from rocketsdr.accounts.models import AuditEvent, QuotaUse, Workspace
from tests.mcp_gateway.hall import HALL, caller

KEY = "a-key-of-mine"
FORM = frozenset({"elicitation", "elicitation.form"})
YES = {"action": "accept", "content": {"confirm": True}}


@pytest.fixture(autouse=True)
def _confirming(workspace):
    Workspace.objects.filter(id=workspace.id).update(approval_policy="confirm")


@pytest.fixture
def call(actor, now):
    return caller(actor, now)


def token_of(call, **arguments) -> str:
    outcome = call("send_note", **arguments)
    token: str = outcome.structured["confirmation_token"]
    return token


def sent() -> int:
    return AuditEvent.objects.filter(action="note.sent").count()


def endings() -> list[str]:
    return list(ToolCall.objects.order_by("id").values_list("outcome", flat=True))


def test_an_act_without_a_word_shows_what_it_would_do_and_does_nothing(call, jobs, now):
    outcome = call("send_note", text="a")
    token = outcome.structured["confirmation_token"]
    assert outcome.structured == {
        "status": "confirmation_required",
        "preview": "A note goes out from Acme.",
        "confirmation_token": token,
        "expires_at": "2026-11-17T10:10:00Z",
    }
    assert not outcome.is_error
    assert outcome.text == (
        "Confirmation needed: nothing has happened yet. Once confirmed:\n\nA note goes out from Acme.\n\n"
        "Show this to the user. If they agree, call send_note again with the same arguments and "
        f'confirmation_token "{token}", before 10:10:00 UTC.'
    )
    assert len(token) < 150
    assert (sent(), QuotaUse.objects.count(), jobs.names, endings()) == (0, 0, [], [Ending.ASKED])


def test_what_waits_for_a_word_fits_the_schema_of_the_tool(call):
    [tool] = [tool for tool in catalogue.of(HALL).tools if tool.name == "send_note"]
    pending = {"status": "pending_approval", "approval_id": 7}
    for structured in (call("send_note", text="a").structured, call("send_note", text="a", dry_run=True).structured, pending):
        jsonschema.validate(structured, tool.output_schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"status": "sent"}, tool.output_schema)


def test_the_same_call_with_the_token_is_done_once(call):
    token = token_of(call, text="a")
    done = call("send_note", text="a", confirmation_token=token)
    assert done.structured["status"] == "sent"
    again = call("send_note", text="a", confirmation_token=token)
    assert (again.is_error, again.structured["code"]) == (True, "confirmation_token_used")
    assert (sent(), QuotaUse.objects.get().used) == (1, 1)
    assert endings() == [Ending.ASKED, Ending.DONE, Ending.REFUSED]


def test_how_the_arguments_are_written_changes_nothing(call):
    token = token_of(call, text="a", to=7)
    assert not call("send_note", to="7", text="a", really=True, confirmation_token=token).is_error


@pytest.mark.parametrize("change", [{"text": "b"}, {"to": 8}])
def test_a_token_is_good_for_the_arguments_it_was_given_for(call, change):
    token = token_of(call, text="a")
    outcome = call("send_note", **{"text": "a", **change}, confirmation_token=token)
    assert outcome.structured["code"] == "confirmation_token_wrong"
    assert outcome.structured["field_errors"][0]["field"] == "confirmation_token"
    assert "without confirmation_token" in outcome.structured["fix"]
    assert sent() == 0


def test_a_token_is_good_for_one_credential_of_one_workspace(call, actor, stranger):
    Workspace.objects.update(approval_policy="confirm")
    token = token_of(call, text="a")
    for other in (replace(actor, credential="key:99"), replace(actor, user_id=None), stranger.actor):
        assert call("send_note", by=other, text="a", confirmation_token=token).structured["code"] == "confirmation_token_wrong"
    assert sent() == 0


@pytest.mark.parametrize("forged", ["x", "a.b.c.d", "é.é", "...", "0.0.0." + "0" * 64])
def test_no_made_up_token_is_taken(call, forged):
    assert call("send_note", text="a", confirmation_token=forged).structured["code"] == "confirmation_token_wrong"


def test_a_longer_life_cannot_be_written_into_a_token(call):
    expiry, rest = token_of(call, text="a").split(".", 1)
    forged = f"{int(expiry, 16) + 3600:x}.{rest}"
    assert call("send_note", text="a", confirmation_token=forged).structured["code"] == "confirmation_token_wrong"


def test_a_token_expires_after_ten_minutes(call, now):
    token = token_of(call, text="a")
    late = call("send_note", text="a", confirmation_token=token, at=now + timedelta(minutes=10))
    assert late.structured["code"] == "confirmation_token_expired"
    assert not call("send_note", text="a", confirmation_token=token, at=now + timedelta(minutes=9, seconds=59)).is_error


def test_an_act_whose_effect_has_changed_since_is_not_done(call, workspace, jobs):
    token = token_of(call, text="a")
    Workspace.objects.filter(id=workspace.id).update(name="Acme Holding")
    changed = call("send_note", text="a", confirmation_token=token)
    assert changed.structured["code"] == "confirmation_effect_changed"
    assert (sent(), QuotaUse.objects.count(), ConfirmationUse.objects.count(), jobs.names) == (0, 0, 0, [])


def test_an_act_that_is_refused_leaves_its_token_good(call):
    assert call("send_note", text="closed").structured["code"] == "post_is_closed"
    token = token_of(call, text="a")
    Workspace.objects.update(quota_limits={"create_campaign": 0})
    assert call("send_note", text="a", confirmation_token=token).structured["code"] == "quota_exhausted"
    Workspace.objects.update(quota_limits={})
    assert not call("send_note", text="a", confirmation_token=token).is_error


def test_the_question_is_no_first_answer_to_a_key_and_the_answer_is(call):
    token = token_of(call, text="a", idempotency_key=KEY)
    assert IdempotentAnswer.objects.count() == 0
    first = call("send_note", text="a", idempotency_key=KEY, confirmation_token=token)
    for again in (
        call("send_note", text="a", idempotency_key=KEY, confirmation_token=token),
        call("send_note", text="a", idempotency_key=KEY),
    ):
        assert again.meta["replayed"] is True
        assert again.structured == first.structured
    assert sent() == 1


def test_a_dry_run_and_what_is_no_act_with_these_arguments_need_no_word(call):
    assert call("send_note", text="a", dry_run=True).meta == {"dry_run": True}
    assert call("send_note", text="a", really=False).structured["status"] == "sent"
    assert not call("make_pass").is_error


@pytest.mark.parametrize("policy", ["cooling_off", "approval"])
def test_other_policies_ask_for_no_token_and_one_does_no_harm(call, policy):
    token = token_of(call, text="a")
    Workspace.objects.update(approval_policy=policy)
    assert call("send_note", text="a").structured["status"] == "sent"
    assert call("send_note", text="a", confirmation_token=token).structured["status"] == "sent"


def test_the_policy_of_the_credential_counts_where_it_is_stricter(call, actor):
    Workspace.objects.update(approval_policy="cooling_off")
    assert call("send_note", by=replace(actor, policy="confirm"), text="a").structured["status"] == "confirmation_required"


def test_a_token_survives_a_new_pepper(call, settings):
    token = token_of(call, text="a")
    settings.API_KEY_PEPPERS = ["new", *settings.API_KEY_PEPPERS]
    assert not call("send_note", text="a", confirmation_token=token).is_error


def test_the_job_forgets_uses_of_tokens_that_have_expired(call, workspace):
    ConfirmationUse.objects.create(workspace=workspace, nonce="old", expires_at=datetime.fromisoformat("2020-01-01T00:00:00Z"))
    ConfirmationUse.objects.create(workspace=workspace, nonce="new", expires_at=datetime.fromisoformat("2999-01-01T00:00:00Z"))
    for _ in range(3):
        tasks.purge()
        assert [use.nonce for use in ConfirmationUse.objects.all()] == ["new"]


@pytest.mark.django_db(transaction=True)
def test_of_many_calls_with_one_token_one_acts(actor, now, workspace):
    Workspace.objects.filter(id=workspace.id).update(approval_policy="confirm")
    call = caller(actor, now)
    token = token_of(call, text="a")
    together = threading.Barrier(6, timeout=20)

    def run(number: int) -> str:
        try:
            together.wait()
            return str(call("send_note", text="a", confirmation_token=token).structured.get("code", "done"))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        outcomes = list(pool.map(run, range(6)))
    assert sorted(outcomes) == ["confirmation_token_used"] * 5 + ["done"]
    assert sent() == 1


# --- A client that can show a form ---------------------------------------------------------------------------------------------------


def asked(call, **arguments) -> InputRequired:
    with pytest.raises(InputRequired) as caught:
        call("send_note", exchange=Exchange(capabilities=FORM), **arguments)
    return caught.value


def test_a_client_with_forms_is_asked_with_one(call, jobs):
    question = asked(call, text="a")
    [(name, request)] = question.requests.items()
    assert (name, request["method"], request["params"]["mode"]) == ("confirm", "elicitation/create", "form")
    assert "A note goes out from Acme." in request["params"]["message"]
    schema = request["params"]["requestedSchema"]
    assert (list(schema["properties"]), schema["properties"]["confirm"]["type"]) == (["confirm"], "boolean")
    assert (sent(), jobs.names, endings()) == (0, [], [Ending.ASKED])


def test_a_yes_in_the_form_does_the_act_once(call):
    question = asked(call, text="a")
    answered = Exchange(capabilities=FORM, inputs={"confirm": YES}, state=question.state)
    assert call("send_note", exchange=answered, text="a").structured["status"] == "sent"
    assert call("send_note", exchange=answered, text="a").structured["code"] == "confirmation_token_used"
    assert sent() == 1


@pytest.mark.parametrize(
    "answer",
    [
        {"action": "decline"},
        {"action": "cancel"},
        {"action": "accept"},
        {"action": "accept", "content": {}},
        {"action": "accept", "content": {"confirm": False}},
        {"action": "accept", "content": {"confirm": "true"}},
        {"action": "decline", "content": {"confirm": True}},
        {},
    ],
)
def test_anything_else_is_no_yes(call, answer):
    question = asked(call, text="a")
    outcome = call("send_note", exchange=Exchange(capabilities=FORM, inputs={"confirm": answer}, state=question.state), text="a")
    assert (outcome.is_error, outcome.structured["code"]) == (True, "confirmation_declined")
    assert sent() == 0


def test_a_yes_to_another_call_is_no_yes_to_this_one(call):
    question = asked(call, text="a")
    answered = Exchange(capabilities=FORM, inputs={"confirm": YES}, state=question.state)
    assert call("send_note", exchange=answered, text="b").structured["code"] == "confirmation_token_wrong"


def test_a_yes_without_a_question_asks(call):
    with pytest.raises(InputRequired):
        call("send_note", exchange=Exchange(capabilities=FORM, inputs={"confirm": YES}), text="a")
    assert sent() == 0


def test_a_token_does_for_a_client_with_forms_too(call):
    token = token_of(call, text="a")
    assert not call("send_note", exchange=Exchange(capabilities=FORM), text="a", confirmation_token=token).is_error
