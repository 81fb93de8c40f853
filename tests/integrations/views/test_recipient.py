import email
import email.policy
from datetime import UTC, datetime

import pytest

from integrations import mailbox
from integrations.providers.builtin_mailbox import ReceivedMail
from integrations.views import recipient

NOW = datetime(2026, 11, 17, 10, tzinfo=UTC)
HEADERS = {
    "From": "Grace Hopper <grace@acme.example>",
    "To": "Ada Lovelace <ada@customer.example>",
    "Subject": "A question",
    "Message-ID": "<two@acme.example>",
    "References": "<one@acme.example>",
    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
}


@pytest.fixture
def mail():
    def received(**headers):
        given = HEADERS | {name.replace("_", "-"): value for name, value in headers.items()}
        return ReceivedMail(
            id="1",
            to_address="ada@customer.example",
            from_address="grace@acme.example",
            subject="A question",
            received_at=NOW,
            text="Hello",
            html="",
            headers=tuple(item for item in given.items() if item[1]),
            raw=b"",
        )

    return received


def parsed(raw):
    return email.message_from_bytes(raw, policy=email.policy.default)


def test_an_answer_goes_back_in_the_same_thread_with_the_words_that_were_typed(mail):
    raw = recipient.reply(mail(), text="Gern, Grüße\n.\nFrom here", now=NOW)
    answer = parsed(raw)
    assert (answer["From"], answer["To"], answer["Subject"]) == ("ada@customer.example", "grace@acme.example", "Re: A question")
    assert answer["In-Reply-To"] == "<two@acme.example>"
    assert answer["References"] == "<one@acme.example> <two@acme.example>"
    assert answer.get_content().split() == ["Gern,", "Grüße", ".", "From", "here"]
    taken = mailbox.read(raw, now=NOW)
    assert (taken.event, taken.from_address, taken.in_reply_to) == ("replied", "ada@customer.example", "<two@acme.example>")


def test_two_answers_are_two_messages(mail):
    ids = {parsed(recipient.reply(mail(), text="Hello", now=NOW))["Message-ID"] for _ in range(2)}
    assert len(ids) == 2


@pytest.mark.parametrize(
    ("headers", "to", "subject"),
    [
        ({"Reply_To": "sales@acme.example"}, "sales@acme.example", "Re: A question"),
        ({"Subject": "RE: A question"}, "grace@acme.example", "RE: A question"),
        ({"Subject": ""}, "grace@acme.example", "Re:"),
        ({"Subject": "A\r\n\tquestion"}, "grace@acme.example", "Re: A question"),
    ],
)
def test_whom_and_what_an_answer_is_about(mail, headers, to, subject):
    answer = parsed(recipient.reply(mail(**headers), text="Hello", now=NOW))
    assert (answer["To"], answer["Subject"].strip()) == (to, subject)


def test_a_mail_without_a_sender_cannot_be_answered(mail):
    with pytest.raises(recipient.NotAnswerable):
        recipient.reply(mail(From="undisclosed"), text="Hello", now=NOW)


@pytest.mark.parametrize(
    ("headers", "found"),
    [
        ({"List_Unsubscribe": "<mailto:x@acme.example>, <{here}/u/1/>"}, True),
        ({"List_Unsubscribe": "<{here}/u/1/>", "List_Unsubscribe_Post": ""}, False),
        ({"List_Unsubscribe": "<https://evil.example/u/1/>"}, False),
        ({"List_Unsubscribe": "<{here}.evil.example/u/1/>"}, False),
        ({}, False),
    ],
)
def test_one_click_is_offered_for_pages_of_this_server_only(mail, settings, headers, found):
    given = {name: value.format(here=settings.PUBLIC_URL) for name, value in headers.items()}
    assert recipient.unsubscribe_url(mail(**given)) == (f"{settings.PUBLIC_URL}/u/1/" if found else "")


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>",
        '<p onclick="alert(1)">x</p>',
        '<a href="javascript:alert(1)">x</a>',
        '<a href="data:text/html,<script>alert(1)</script>">x</a>',
        '<img src="https://tracker.example/p.gif">',
        '<img src="http://tracker.example/p.gif" srcset="https://tracker.example/2.gif">',
        '<iframe src="https://evil.example"></iframe>',
        '<form action="https://evil.example"><input name="password"></form>',
        '<meta http-equiv="refresh" content="0;url=https://evil.example">',
        '<link rel="stylesheet" href="https://evil.example/a.css">',
        '<base href="https://evil.example/">',
        "<svg><script>alert(1)</script></svg>",
        "<style>@import url(https://evil.example/a.css)</style>",
    ],
)
def test_nothing_in_a_mail_runs_or_loads(html):
    cleaned = recipient.harmless(f"<p>Hello</p>{html}")
    assert "<p>Hello</p>" in cleaned
    for word in ("script", "onclick", "evil.example", "tracker.example", "<form", "<iframe", "<meta", "data:"):
        assert word not in cleaned


def test_what_a_recipient_reads_stays():
    cleaned = recipient.harmless(
        '<p style="color:red">Hi <b>Ada</b> <a href="https://acme.example/x">more</a></p><img alt="logo" src="data:image/png;base64,AA==">'
    )
    assert 'style="color:red"' in cleaned
    assert 'href="https://acme.example/x"' in cleaned
    assert 'target="_blank"' in cleaned
    assert 'rel="noopener noreferrer"' in cleaned
    assert 'src="data:image/png;base64,AA=="' in cleaned
