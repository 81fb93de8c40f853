"""What the statuses of vendors of lead data mean, whoever they are."""

from __future__ import annotations

import pytest

from integrations.lead_contracts import AnswerNotUnderstood, SearchRefused
from integrations.vendor_replies import ask
from rocketsdr.lib.http import NoAnswer
from tests.fakes.vendors import answering

KEY = "a-key-0123456789"


@pytest.fixture
def vendors(monkeypatch):
    return answering(monkeypatch)


def asking(**how):
    return ask("Apollo", "https://vendor.example/search", {"a": 1}, key=KEY, **how)


def test_an_answer_is_its_document(vendors):
    vendors.say({"people": []})
    assert asking() == {"people": []}
    [asked] = vendors.asked
    assert asked.body == {"a": 1}
    assert asked.headers == {"Accept": "application/json", "Content-Type": "application/json", "X-Api-Key": KEY}


@pytest.mark.parametrize(
    ("status", "reason", "transient", "fix"),
    [
        (401, "key", False, "Settings → Integrations → Lead data"),
        (403, "key", False, "Settings → Integrations → Lead data"),
        (402, "credits", False, "Buy credits at Apollo"),
        (422, "query", False, "other words"),
        (400, "query", False, "other words"),
        (302, "query", False, "other words"),
        (429, "rate", True, "Wait a minute"),
        (408, "vendor", True, "Ask again later"),
        (500, "vendor", True, "Ask again later"),
        (503, "vendor", True, "Ask again later"),
    ],
)
def test_every_other_status_says_what_to_do_and_whether_a_retry_helps(vendors, status, reason, transient, fix):
    vendors.say({"error": f"The vendor's own words about {KEY}"}, status=status)
    with pytest.raises(SearchRefused) as caught:
        asking()
    error = caught.value
    assert (error.reason, error.transient, error.context["reason"]) == (reason, transient, reason)
    assert fix in error.fix
    assert "own words" not in error.message + error.fix
    assert KEY not in error.message + error.fix


@pytest.mark.parametrize(("said", "wait"), [("17", 17), ("999999", 86_400), ("soon", None), ("-5", None), ("9" * 30, None), ("١٢", None)])
def test_how_long_to_wait_is_told_where_the_vendor_tells_it(vendors, said, wait):
    vendors.say({}, status=429, Retry_After=said)
    with pytest.raises(SearchRefused) as caught:
        asking()
    assert caught.value.context.get("retry_after_s") == wait


def test_a_status_may_mean_that_nobody_was_found(vendors):
    vendors.say({"error": {"type": "not_found"}}, status=404)
    assert asking(nothing_at=404) == {}
    with pytest.raises(SearchRefused):
        asking()


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b'"x"', b"\xff", b"[" * 100_000], ids=["empty", "html", "list", "text", "bytes", "deep"]
)
def test_an_answer_that_is_no_object_is_not_understood(vendors, body):
    vendors.say(body)
    with pytest.raises(AnswerNotUnderstood) as caught:
        asking()
    assert not caught.value.transient


def test_silence_stays_what_it_is(vendors):
    vendors.answers = [NoAnswer("The host did not answer in time.", transient=True)]
    with pytest.raises(NoAnswer) as caught:
        asking()
    assert caught.value.transient
