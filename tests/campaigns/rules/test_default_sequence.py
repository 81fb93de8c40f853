from __future__ import annotations

from collections.abc import Mapping

import pytest

from campaigns.rules.default_sequence import default_sequence
from campaigns.rules.rendering import Parts, check, lead_facts, message_parts, reply_subject
from campaigns.rules.spam import spam_findings

PRODUCT = {
    "name": "Analytics Suite",
    "description": "Self-serve product analytics for B2B teams",
    "value_props": ["See where trials get stuck", "Answer questions without SQL"],
    "proof_points": ["40 teams use it every day"],
    "url": "https://example.com/suite",
}
PERSONA = {"name": "Founders", "title": "Founder", "description": "", "pains": ["Reports take days", "Nobody trusts the numbers"]}
FULL = {"email": "ada@example.com", "first_name": "Ada", "company": "Engine Ltd"}
BARE = {"email": "ada@example.com", "first_name": "", "company": "", "title": ""}


def mails(
    product: Mapping[str, object], persona: Mapping[str, object], lead: Mapping[str, object], sender: Mapping[str, object] | None = None
) -> list[Parts]:
    steps = default_sequence(product=product, persona=persona)
    said_by = sender or {"name": "Sam", "email": "sam@example.com", "signature": ""}
    facts = {"lead": lead_facts(lead, {}), "product": product, "persona": persona, "sender": said_by, "workspace": {"name": "Acme"}}
    return [message_parts(step.subject or reply_subject(steps[0].subject), step.body, facts) for step in steps]


def test_there_are_three_mails_in_one_thread_over_eight_days():
    steps = default_sequence(product=PRODUCT, persona=PERSONA)
    assert [step.wait_days for step in steps] == [0, 3, 5]
    assert [bool(step.subject) for step in steps] == [True, False, False]
    assert {step.channel for step in steps} == {"email"}


def test_the_first_mail_asks_and_says_what_the_product_is():
    [first, *_] = mails(PRODUCT, PERSONA, FULL)
    assert first.subject == "Analytics Suite for Engine Ltd"
    assert first.body_text == (
        "Hi Ada,\n\nIs any of this on your list at Engine Ltd at the moment?\n\n- Reports take days\n- Nobody trusts the numbers\n\n"
        "If so, Analytics Suite may help.\n\nIn short:\nSelf-serve product analytics for B2B teams\n\n"
        'Would a short call be worth your time? A "yes" or "no" is enough.\n\nBest regards,\nSam'
    )


def test_the_later_mails_answer_the_first_and_add_what_is_known():
    [_, second, third] = mails(PRODUCT, PERSONA, FULL)
    assert (second.subject, third.subject) == ("Re: Analytics Suite for Engine Ltd",) * 2
    assert "- Answer questions without SQL" in second.body_text
    assert "https://example.com/suite" in second.body_text
    assert "- 40 teams use it every day" in third.body_text


@pytest.mark.parametrize("lead", [FULL, BARE], ids=["full", "bare"])
@pytest.mark.parametrize(
    "left_out", [[], ["description"], ["value_props"], ["proof_points"], ["url"], ["description", "value_props", "proof_points", "url"]]
)
@pytest.mark.parametrize("pains", [PERSONA["pains"], []], ids=["pains", "none"])
def test_whatever_is_unknown_the_mails_can_be_sent_and_read_well(lead, left_out, pains):
    product = {name: ([] if isinstance(value, list) else "") if name in left_out else value for name, value in PRODUCT.items()}
    for parts in mails(product, {**PERSONA, "pains": pains}, lead):
        assert parts.reason_to_block == ""
        assert (
            spam_findings(parts.subject, parts.body_text, first=not parts.subject.startswith("Re:"), variables_used=parts.variables_used)
            == []
        )
        assert "\n\n\n" not in parts.body_text
        assert "  " not in parts.body_text
        assert not {" ,", " .", " ?", "()", "None"} & {parts.body_text[i : i + n] for n in (2, 4) for i in range(len(parts.body_text))}
        assert len(parts.body_text.split()) < 90


def test_nothing_is_said_that_product_and_persona_do_not_say():
    [first, second, third] = mails({"name": "Suite"}, {}, BARE)
    assert first.body_text == (
        "Hi there,\n\nI would like to show you Suite.\n\n"
        'Would a short call be worth your time? A "yes" or "no" is enough.\n\nBest regards,\nSam'
    )
    assert not any(character.isdigit() for parts in (first, third) for character in parts.body_text)
    assert "Suite for your team" in first.subject
    assert "https" not in second.body_text


@pytest.mark.parametrize(
    ("sender", "closing"),
    [
        ({"name": "Sam", "email": "sam@example.com", "signature": "Sam Smith\nHead of Sales"}, "Best regards,\nSam Smith\nHead of Sales"),
        ({"name": "Sam", "email": "sam@example.com", "signature": ""}, "Best regards,\nSam"),
        ({"name": "", "email": "sam@example.com", "signature": ""}, "Best regards,\nsam@example.com"),
    ],
)
def test_each_mail_is_signed(sender, closing):
    assert all(parts.body_text.endswith(closing) for parts in mails(PRODUCT, PERSONA, FULL, sender))


def test_the_templates_are_sound_and_those_of_words_that_look_like_templates_too():
    odd = {**PRODUCT, "name": "{{ x }}", "description": "{% if %}", "value_props": ["<script>"]}
    for step in [*default_sequence(product=PRODUCT, persona=PERSONA), *default_sequence(product=odd, persona=PERSONA)]:
        assert check(step.subject) == check(step.body) == []
    [first, second, _] = mails(odd, PERSONA, FULL)
    assert "{% if %}" in first.body_text
    assert "&lt;script&gt;" in second.body_html
