"""Who asks us to stop, and who only writes back."""

import pytest

from campaigns.rules import reply_kind

QUOTED = "\n\nOn Tue, 17 Nov 2026 at 10:00, Grace Hopper <grace@acme.example> wrote:\n> Hello Ada,\n> unsubscribe here: https://…\n"


@pytest.mark.parametrize(
    "text",
    [
        "Stop",
        "STOP.",
        "unsubscribe",
        "Please unsubscribe me from this list.",
        "Please remove me.",
        "Take me off your list, thanks",
        "Stop emailing me!",
        "please don't contact me again",
        "Do not e-mail me any more",
        "No more emails please",
        "I'd like to opt out.",
        "Bitte abmelden",
        "Keine weiteren E-Mails bitte.",
        "Merci de me désabonner",
        "Quiero darme de baja",
        "Stop\n\n> Hello Ada",
    ],
)
def test_a_wish_to_stop_is_heard(text):
    assert reply_kind.asks_to_stop(text + QUOTED)


@pytest.mark.parametrize(
    "text",
    [
        "Happy to talk on Tuesday.",
        "We stopped using spreadsheets last year, so this is interesting.",
        "Not now, but write again in spring.",
        "Who else uses it? We would never stop at one vendor.",
        "I am out of the office until Monday.",
        "",
    ],
)
def test_an_ordinary_reply_is_no_wish_to_stop_even_above_our_own_unsubscribe_line(text):
    assert not reply_kind.asks_to_stop(text + QUOTED)


def test_own_words_end_where_the_quotation_begins():
    assert reply_kind.own_words("Yes, gladly.\nAda" + QUOTED) == "Yes, gladly.\nAda"
    assert reply_kind.own_words("-- Original Message --\nold") == ""
