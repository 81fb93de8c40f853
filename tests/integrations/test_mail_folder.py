from __future__ import annotations

import pytest

from integrations import mail_folder

HTML = (
    b"From: Sam <sam@example.com>\r\nTo: ada@example.org\r\nSubject: =?utf-8?q?Gr=C3=B6=C3=9Fe?=\r\n"
    b'Content-Type: multipart/alternative; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n'
    b"Content-Transfer-Encoding: 8bit\r\n\r\nHallo \xc3\xa4\r\nAda\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>Hallo</p>\r\n--b--\r\n"
)


@pytest.fixture
def folder(tmp_path):
    store = mail_folder.Store(tmp_path)
    for number in range(1, 6):
        store.keep(f"s{number % 2}@example.com", [f"Ada{number}@example.org"], b"Subject: %d\r\n\r\nx" % number)
    return tmp_path


def subjects(mails):
    return [mail.subject for mail in mails]


def test_a_mail_is_read_as_its_recipient_would_see_it(tmp_path):
    mail_id = mail_folder.Store(tmp_path).keep("sam@example.com", ["ada@example.org", "b@example.org"], HTML)
    mail = mail_folder.get(tmp_path, mail_id)
    assert mail is not None
    assert (mail.id, mail.from_address, mail.to_address) == (mail_id, "sam@example.com", "ada@example.org, b@example.org")
    assert (mail.subject, mail.text, mail.html) == ("Größe", "Hallo ä\nAda", "<p>Hallo</p>")
    assert mail.headers[0] == ("From", "Sam <sam@example.com>")
    assert mail.raw == HTML
    assert mail.received_at.tzinfo is not None


def test_the_newest_comes_first_and_pages_follow_each_other(folder):
    first = mail_folder.messages(folder, limit=2)
    second = mail_folder.messages(folder, limit=2, before=first[-1].id)
    assert (subjects(first), subjects(second)) == (["5", "4"], ["3", "2"])
    assert mail_folder.count(folder) == 5


def test_a_part_of_the_recipient_and_the_senders_choose(folder):
    assert subjects(mail_folder.messages(folder, to="ADA3")) == ["3"]
    assert subjects(mail_folder.messages(folder, senders=["s1@example.com"])) == ["5", "3", "1"]
    assert subjects(mail_folder.messages(folder, to="ada1", senders={"s0@example.com"})) == []
    assert mail_folder.messages(folder, senders=[]) == []


@pytest.mark.parametrize(
    "bad", ["", "..", "../tmp/x", "/etc/passwd", "%2e%2e", "1-1-1", "0" * 20 + "-1-1", "0" * 20 + "-1-1\n", "0" * 20 + "-1-1/../x", "\x00"]
)
def test_an_id_leads_to_a_mail_of_this_folder_or_nowhere(folder, bad):
    assert mail_folder.get(folder, bad) is None


def test_what_is_half_written_or_foreign_is_not_seen(folder):
    (folder / "tmp" / "01795233430955342803-1-1").write_bytes(b"half")
    (folder / "new" / "README").write_bytes(b"foreign")
    assert mail_folder.count(folder) == 5


def test_a_folder_that_does_not_exist_is_empty(tmp_path):
    assert (mail_folder.messages(tmp_path / "none"), mail_folder.count(tmp_path / "none")) == ([], 0)


def test_clearing_throws_everything_away(folder):
    mail_folder.clear(folder)
    assert mail_folder.count(folder) == 0


def test_nobody_else_may_read_the_folder(folder):
    assert (folder / "new").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"no header at all",
        b"Content-Type: text/plain; charset=klingon\r\n\r\nx",
        b"Content-Type: multipart/mixed\r\n\r\nx",
        b"\xff\xfe: \xff\r\n\r\n\xff",
    ],
)
def test_a_broken_mail_is_shown_as_far_as_it_can_be(tmp_path, raw):
    mail_id = mail_folder.Store(tmp_path).keep("", ["a@b.c"], raw)
    mail = mail_folder.get(tmp_path, mail_id)
    assert mail is not None
    assert mail.raw == raw
