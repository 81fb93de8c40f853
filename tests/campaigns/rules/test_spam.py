from __future__ import annotations

import pytest

from campaigns.rules.spam import spam_findings

GOOD = ("Analytics for Engine Ltd", "Hi Ada,\n\nis this on your list? See https://example.com.\n\nSam")


def test_a_decent_mail_has_nothing_against_it():
    assert spam_findings(*GOOD, variables_used=["lead.first_name", "product.name"]) == []


@pytest.mark.parametrize(
    ("subject", "text", "finding"),
    [
        ("Re: your request", "Hi", "pretends to answer"),
        (" FWD: offer", "Hi", "pretends to answer"),
        ("AW: Angebot", "Hi", "pretends to answer"),
        ("GREAT OFFER FOR YOU", "Hi", "The subject is in capital letters."),
        ("x" * 71, "Hi", "The subject has 71 characters"),
        ("Hi", "https://a.example https://b.example https://c.example", "has 3 links"),
        ("Hi", "see http://bit.ly/x", "The link shortener bit.ly"),
        ("Hi", "see https://www.TinyURL.com:443/x", "The link shortener tinyurl.com"),
        ("Hi", "word " * 201, "The e-mail has 201 words"),
        ("Hi", "THIS IS VERY GOOD NEWS FOR YOUR WHOLE TEAM AND COMPANY", "Much of the text is in capital letters."),
        ("Hi!", "Wow! Great! Call me!", "There are 4 exclamation marks."),
        ("Hi", "Now!!", "There are 2 exclamation marks."),
        ("Act now", "100% free and risk free", "Filters know these phrases: 100% free, act now, risk free."),
        ("Hi", "Dear [First Name],", "[First Name] looks like a placeholder"),
        ("Hi", "Dear <<name>>,", "<<name>> looks like a placeholder"),
        ("Hi", "Dear %FIRST_NAME%,", "%FIRST_NAME% looks like a placeholder"),
    ],
)
def test_what_filters_and_readers_dislike_is_said(subject, text, finding):
    assert any(finding in found for found in spam_findings(subject, text))


@pytest.mark.parametrize("subject", ["Regarding analytics", "Forward thinking", "IBM", "An idea"])
def test_harmless_subjects_stay_harmless(subject):
    assert spam_findings(subject, "Hi") == []


def test_a_true_answer_may_say_re():
    assert spam_findings("Re: Analytics", "Hi", first=False) == []


@pytest.mark.parametrize(("used", "findings"), [([], 1), (["product.name"], 1), (["lead.company"], 0), (None, 0)])
def test_a_mail_that_could_go_to_anybody_is_noticed(used, findings):
    assert len(spam_findings("Hi", "Hi", variables_used=used)) == findings
