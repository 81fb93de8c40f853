"""What an agent is told of addresses before it writes to them."""

from __future__ import annotations

import json

import pytest

from integrations import dns_lookup
from mcp_gateway.tool.capping import MOST
from tests.fakes import outgoing
from tests.fakes.dns import FakeDns

SERVERS = {"customer.example": {"MX": ["10 mx.customer.example."]}, "gmail.com": {"MX": ["5 gmail-smtp-in.l.google.com."]}}


@pytest.fixture
def dns(monkeypatch: pytest.MonkeyPatch) -> FakeDns:
    made = FakeDns(SERVERS, silent=frozenset({"silent.example"}))
    monkeypatch.setattr(dns_lookup, "system_resolver", lambda: made)
    return made


def test_each_address_is_told_in_one_line(agent, dns):
    emails = [
        "ada@customer.example",
        "ada@gmail.com",
        "sales@customer.example",
        "bob@gone.example",
        "cem@silent.example",
        "dora\n- at home",
    ]
    assert agent.text("verify_emails", emails=emails) == (
        "6 checked: 2 deliverable, 1 risky, 2 undeliverable, 1 unknown.\n"
        "- ada@customer.example: **deliverable**. Mail goes to mx.customer.example.\n"
        "- ada@gmail.com: **deliverable**. Free mail (Google), not a company's domain. Mail goes to gmail-smtp-in.l.google.com.\n"
        "- sales@customer.example: **risky**. A role account (sales), not one person's. Mail goes to mx.customer.example.\n"
        "- bob@gone.example: **undeliverable**. The domain gone.example does not exist.\n"
        "- cem@silent.example: **unknown**. The DNS of silent.example did not answer; ask again in some minutes.\n"
        "- dora - at home: **undeliverable**. “dora - at home” is not an e-mail address: it has no @."
    )


def test_a_program_gets_every_check_with_its_reason(agent, dns):
    assert agent.data("verify_emails", emails=["Sales@customer.example"]) == {
        "total": 1,
        "next_cursor": None,
        "results": [
            {
                "email": "Sales@customer.example",
                "verdict": "risky",
                "reason": "A role account (sales), not one person's. Mail goes to mx.customer.example.",
                "checks": {
                    "syntax": {"value": True, "reason": "Well formed."},
                    "mx": {"value": True, "reason": "Mail goes to mx.customer.example."},
                    "role": {"value": True, "reason": "A role account (sales), not one person's."},
                    "disposable": {"value": False, "reason": "No known throw-away domain."},
                    "free": {"value": False, "reason": "No known free-mail domain."},
                },
            }
        ],
        "counts": {"deliverable": 0, "risky": 1, "undeliverable": 0, "unknown": 0},
    }


def test_the_embedded_mode_says_that_it_has_not_asked(agent):
    assert agent.text("verify_emails", emails=["ada@customer.example"]).splitlines()[1] == (
        "- ada@customer.example: **unknown**. Not checked (no DNS)."
    )


@pytest.mark.parametrize("local", ["ada{}", "{}" + "a" * 55])
def test_five_hundred_addresses_are_told_page_by_page_and_none_is_lost(agent, dns, local):
    emails = [f"{local.format(number)}@{number}.customer.example" for number in range(500)]
    told, cursor = [], None
    while True:
        result = agent.result("verify_emails", emails=emails, limit=100, cursor=cursor)
        assert len(json.dumps(result["structuredContent"], ensure_ascii=False, separators=(",", ":"))) <= MOST
        told += [each["email"] for each in result["structuredContent"]["results"]]
        cursor = result["structuredContent"]["next_cursor"]
        if cursor is None:
            break
    assert told == emails
    assert dns.asked.total() == 500


@pytest.mark.parametrize(
    ("arguments", "refusal"),
    [
        ({}, "emails is missing: add it."),
        ({"emails": []}, "emails is []: send at least 1 items."),
        ({"emails": "ada@example.com"}, 'emails is "ada@example.com": send a list.'),
        ({"emails": ["ada@example.com", 7]}, "emails[1] is 7: send a text."),
        ({"emails": [""]}, 'emails[0] is "": send at least 1 characters.'),
        ({"emails": ["a@b.de"] * 501}, "send at most 500 items."),
        ({"emails": ["a@b.de"], "limit": 101}, "limit is 101: send at most 100."),
        ({"emails": ["a@b.de"], "cursor": "x"}, "The cursor 'x' is none of these addresses. Send the same emails as in the call"),
        ({"email": "a@b.de"}, "email is not an argument of verify_emails: did you mean emails."),
    ],
)
def test_bad_arguments_are_refused_by_field_value_and_fix(agent, arguments, refusal):
    refused = agent.refusal("verify_emails", **arguments)
    assert refused.startswith("Error verifying e-mails: ")
    assert refusal in refused


def test_no_mail_server_is_ever_called(agent, dns, monkeypatch):
    sent = outgoing.recorded(monkeypatch)
    agent.text("verify_emails", emails=["ada@customer.example", "bob@gmail.com"])
    assert sent.sent == []
    assert {kind for _, kind in dns.asked} == {"MX"}
