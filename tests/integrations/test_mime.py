from __future__ import annotations

import email
import email.policy
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from email.header import decode_header, make_header
from email.message import EmailMessage, Message
from email.utils import parseaddr
from random import Random
from typing import Any, cast

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from integrations.contracts import OutgoingMessage
from integrations.mime import assemble, message_id
from rocketsdr.lib.errors import Invalid

MESSAGE = OutgoingMessage(
    message_id="<abc@example.com>",
    sent_at=datetime(2026, 11, 20, 10, 15, tzinfo=UTC),
    from_address="sam@example.com",
    to_address="ada@example.org",
    subject="Analytics for Ada",
    body_text="Hi Ada,\n\nhow are you?",
    body_html="<p>Hi Ada,</p>\n<p>how are you?</p>",
)
TEXT_FIELDS = ("subject", "from_name", "to_name", "from_address", "to_address", "reply_to", "message_id", "in_reply_to")
EXPECTED = ["From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type"]


def parsed(message: OutgoingMessage) -> EmailMessage:
    raw = assemble(message)
    assert max(map(len, raw.split(b"\r\n"))) <= 78
    assert raw.count(b"\n") == raw.count(b"\r\n") == raw.count(b"\r")
    assert raw.endswith(b"\r\n")
    back = email.message_from_bytes(raw, policy=email.policy.default)
    assert [part.defects for part in back.walk() if part.defects] == []
    return back


def body(message, kind):
    return message.get_body((kind,)).get_content().replace("\r\n", "\n")


def test_a_message_has_its_headers_and_both_parts():
    back = parsed(MESSAGE)
    assert list(back.keys()) == EXPECTED
    assert (back["From"], back["To"], back["Subject"]) == ("sam@example.com", "ada@example.org", "Analytics for Ada")
    assert (back["Date"].datetime, back["Message-ID"]) == (MESSAGE.sent_at, "<abc@example.com>")
    assert back.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in back.iter_parts()] == ["text/plain", "text/html"]
    assert (body(back, "plain"), body(back, "html")) == (MESSAGE.body_text, MESSAGE.body_html)


def test_without_html_it_is_plain_text():
    back = parsed(replace(MESSAGE, body_html=""))
    assert back.get_content_type() == "text/plain"
    assert back.get_content().replace("\r\n", "\n") == MESSAGE.body_text + "\n"


def test_the_same_message_is_always_the_same_bytes_and_another_id_another_boundary():
    assert assemble(MESSAGE) == assemble(replace(MESSAGE))
    other = parsed(replace(MESSAGE, message_id="<other@example.com>"))
    assert other.get_boundary() != parsed(MESSAGE).get_boundary()


def test_the_thread_and_the_way_out_stand_in_headers():
    urls = ("https://rocketsdr.example/u/token?a=1", "mailto:stop@example.com?subject=unsubscribe")
    references = tuple(f"<{'x' * 30}{number}@example.com>" for number in range(20))
    back = parsed(replace(MESSAGE, in_reply_to="<abc@example.com>", references=references, unsubscribe_urls=urls, reply_to="r@example.com"))
    assert back["In-Reply-To"] == "<abc@example.com>"
    assert back["References"].split() == list(references)
    assert back["List-Unsubscribe"] == f"<{urls[0]}>, <{urls[1]}>"
    assert back["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert back["Reply-To"] == "r@example.com"


def test_one_click_is_only_promised_where_there_is_a_page():
    assert "List-Unsubscribe-Post" not in parsed(replace(MESSAGE, unsubscribe_urls=("mailto:stop@example.com",)))


def test_a_long_unsubscribe_address_stays_whole():
    url = "https://rocketsdr.example/unsubscribe/" + "t" * 300
    raw = assemble(replace(MESSAGE, unsubscribe_urls=(url,)))
    assert f"<{url}>".encode() in raw


@pytest.mark.parametrize(
    "sent_at", [datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone(timedelta(hours=-9, minutes=-30))), datetime(2026, 1, 2, tzinfo=UTC)]
)
def test_the_date_is_the_moment_of_sending(sent_at):
    assert parsed(replace(MESSAGE, sent_at=sent_at))["Date"].datetime == sent_at


# --- Headers that are not plain ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "subject",
    [
        "Größe für Ada ✓",
        "Привет, Ада: " + "длинная тема " * 12,
        "日本語の件名" * 15,
        "👩‍👩‍👧‍👦" * 20,
        "plain words " * 16 + "end",
        "x" * 180,
        "one " + "y" * 100 + " two",
        "two  spaces and\ttab",
        "=?utf-8?q?looks_encoded?= but is not",
        "trailing =?",
        "é" * 200,
        "a" * 66 + "é",
        "",
    ],
)
def test_a_subject_comes_back_as_it_was(subject):
    assert parsed(replace(MESSAGE, subject=subject))["Subject"] == subject.strip()


@pytest.mark.parametrize(
    "name",
    [
        "Sam",
        "Sam Smith",
        "Lovelace, Ada",
        'Ada "the" Countess',
        "back\\slash",
        "a@b.c",
        "Müller & Söhne",
        "株式会社" * 10,
        "x" * 100,
        "(comment)",
        "=?utf-8?q?x?=",
        "Dr. No",
    ],
)
def test_a_display_name_comes_back_as_it_was(name):
    raw = assemble(replace(MESSAGE, from_name=name, to_name=name))
    back = email.message_from_bytes(raw)  # the newer parser of Python puts spaces between encoded words of a name
    for field, address in (("From", "sam@example.com"), ("To", "ada@example.org")):
        said, addr_spec = parseaddr(back[field])
        assert (str(make_header(decode_header(said))), addr_spec) == (name, address)
    assert max(map(len, raw.split(b"\r\n"))) <= 78


def test_a_domain_in_another_script_goes_out_in_ascii():
    assert parsed(replace(MESSAGE, to_address="ada@bücher.example"))["To"] == "ada@xn--bcher-kva.example"


# --- Bodies that are not plain -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        ".\n..\n.hidden",
        "From here on\n>From quoted",
        "x" * 5_000,
        "ö" * 5_000,
        "日本語" * 1_000,
        "trailing spaces   \nand tabs\t\t\nend",
        "a = b =20 =\n=",
        "--=_boundary\n--=_4711\n--",
        "tab\tinside",
        "\n\nblank lines first",
        "emoji 👍🏽 and \u200frtl",
    ],
)
def test_a_body_comes_back_as_it_was(text):
    back = parsed(replace(MESSAGE, body_text=text, body_html=text))
    assert (body(back, "plain"), body(back, "html")) == (text, text)


@pytest.mark.parametrize(
    ("given_text", "sent"),
    [("a\r\nb\rc\nd", "a\nb\nc\nd"), ("nul\x00byte", "nulbyte"), ("half \ud800 pair", "half ? pair"), ("ends\n\n\n", "ends")],
)
def test_a_body_that_cannot_be_sent_as_it_is_is_made_fit(given_text, sent):
    assert body(parsed(replace(MESSAGE, body_text=given_text)), "plain") == sent


# --- Nobody gets into the headers ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("field", [*TEXT_FIELDS, "references", "unsubscribe_urls", "headers"])
@pytest.mark.parametrize(
    "attack",
    [
        "x\r\nBcc: evil@example.com",
        "x\nBcc: evil@example.com",
        "x\rBcc: evil@example.com",
        "x\x00y",
        "x\r\n\r\nbody",
        "x\x0bBcc: a",
        "x\x85y\n",
    ],
)
def test_a_line_break_in_any_field_is_refused(field, attack):
    values = {"references": (f"<{attack}@b>",), "unsubscribe_urls": (f"https://{attack}",), "headers": (("X-Note", attack),)}
    with pytest.raises(Invalid):
        assemble(replace(MESSAGE, **{field: values.get(field, attack)}))


@pytest.mark.parametrize("name", ["X Note", "X:Note", "", "Bcc\r\n", "É", "1st"])
def test_a_header_has_a_proper_name(name):
    with pytest.raises(Invalid, match="no name of a header"):
        assemble(replace(MESSAGE, headers=((name, "value"),)))


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ada",
        "@example.org",
        "ada@",
        "a b@example.org",
        "<a@example.org>",
        "a@b@c",
        "a,b@example.org",
        "é@example.org",
        "a@b\n",
        "ada@" + "x" * 300,
    ],
)
def test_an_address_that_no_server_would_take_is_refused(address):
    with pytest.raises(Invalid):
        assemble(replace(MESSAGE, to_address=address))


ANY_TEXT = st.text(st.one_of(st.characters(codec="utf-8"), st.sampled_from('\r\n\x00\t:;,<>@"\\=? \x0b\x85\u2028.')), max_size=60)


def header_names(raw: bytes) -> list[str]:
    head, _, _ = raw.partition(b"\r\n\r\n")
    return [line.partition(b":")[0].decode() for line in head.split(b"\r\n") if not line.startswith(b" ")]


FIELDS = ("subject", "from_name", "to_name", "reply_to", "message_id", "in_reply_to", "to_address", "header")
OPTIONAL = {"reply_to": "Reply-To", "in_reply_to": "In-Reply-To", "header": "X-Note"}


def with_field(field: str, text: str) -> OutgoingMessage:
    changes: dict[str, Any] = {"headers": (("X-Note", text),)} if field == "header" else {field: text}
    return replace(MESSAGE, **changes)


def test_ten_thousand_nasty_values_add_no_header():
    nasty = Random(7)
    pieces = [
        "\r\n",
        "\r",
        "\n",
        "\x00",
        "\t",
        " ",
        ":",
        "Bcc: evil@example.com",
        "<",
        ">",
        "@",
        '"',
        "\\",
        "=?utf-8?q?",
        "?=",
        "é",
        "日",
        "\u2028",
        "\x85",
        "a" * 80,
        ".",
    ]
    taken = 0
    for turn in range(10_000):
        field = FIELDS[turn % len(FIELDS)]
        text = "".join(nasty.choices(pieces, k=nasty.randint(1, 6)))
        try:
            raw = assemble(with_field(field, text))
        except Invalid:
            continue
        taken += 1
        assert [name for name in header_names(raw) if name != OPTIONAL.get(field)] == EXPECTED, (field, text)
    assert taken > 1_000


@settings(max_examples=400, deadline=None)
@given(field=st.sampled_from(FIELDS), text=ANY_TEXT)
@example(field="subject", text="\u2028Bcc: evil@example.com")
@example(field="from_name", text="x\x85Bcc: evil@example.com")
def test_whatever_stands_in_a_field_another_program_reads_no_more_headers(field, text):
    try:
        back = email.message_from_bytes(assemble(with_field(field, text)))
    except Invalid:
        return
    assert [name for name in back if name != OPTIONAL.get(field)] == EXPECTED
    assert len(back.get_payload()) == 2
    if field in ("subject", "header"):
        said = back["X-Note" if field == "header" else "Subject"]
        assert str(make_header(decode_header(said))) == text.strip()


@settings(max_examples=300, deadline=None)
@given(text=st.text(st.characters(codec="utf-8", exclude_characters="\x00\r"), max_size=400))
def test_whatever_stands_in_a_body_comes_back_and_keeps_the_parts_apart(text):
    back = email.message_from_bytes(assemble(replace(MESSAGE, body_text=text, body_html=f"<p>{text}")))
    plain, html = (
        cast("bytes", cast("Message", part).get_payload(decode=True)).decode().replace("\r\n", "\n") for part in back.get_payload()
    )
    assert (plain, html) == (text.rstrip("\n"), f"<p>{text}".rstrip("\n"))


# --- Message ids ---------------------------------------------------------------------------------------------------------------


def test_the_id_of_a_delivery_is_always_the_same_and_no_two_share_one():
    ids = {message_id(f"1:{step}:{lead}", domain="example.com") for step in range(3) for lead in range(100)}
    assert len(ids) == 300
    assert message_id("1:2:3", domain="example.com") in ids
    assert "1:2:3" not in message_id("1:2:3", domain="example.com")


def test_every_message_id_may_stand_in_a_header():
    assert parsed(replace(MESSAGE, message_id=message_id("k", domain="bücher.example")))["Message-ID"].endswith("@xn--bcher-kva.example>")
