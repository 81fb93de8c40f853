from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from typing import Self

import pytest

from integrations.providers import builtin_mailbox
from tests.fakes.mailbox import running_mailbox

HELLO = b"EHLO tests.example\r\n"
ENVELOPE = b"MAIL FROM:<sam@example.com>\r\nRCPT TO:<ada@example.org>\r\n"
MESSAGE = b"Subject: Hi\r\n\r\nHello\r\n"


class Client:
    """A raw client: it says bytes and hears lines."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), 5)
        self._lines = self._socket.makefile("rb")
        self.greeting = self.hear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._lines.close()
        self._socket.close()

    def hear(self, answers: int = 1) -> list[str]:
        """Return the last line of each of the next answers; an empty text for a closed connection."""
        heard = []
        for _ in range(answers):
            line = self._lines.readline().decode()
            while line[3:4] == "-":
                line = self._lines.readline().decode()
            heard.append(line.strip())
        return heard

    def say(self, data: bytes, answers: int = 1) -> list[str]:
        self._socket.sendall(data)
        return self.hear(answers)


@pytest.fixture
def port(tmp_path):
    with running_mailbox(tmp_path, max_bytes=2_000) as number:
        yield number


def codes(heard: list[str]) -> list[str]:
    return [answer[:3] for answer in heard]


def test_a_message_is_kept_as_it_came_with_its_envelope(port, tmp_path):
    with Client(port) as client:
        assert client.greeting[0].startswith("220")
        heard = client.say(HELLO + ENVELOPE + b"DATA\r\n", 4) + client.say(MESSAGE + b".\r\nQUIT\r\n", 2)
        assert codes(heard) == ["250", "250", "250", "354", "250", "221"]
        assert client.hear() == [""]
    [mail] = builtin_mailbox.messages(tmp_path)
    assert (mail.from_address, mail.to_address, mail.subject, mail.text, mail.raw) == (
        "sam@example.com",
        "ada@example.org",
        "Hi",
        "Hello\n",
        MESSAGE,
    )
    assert heard[4].endswith(mail.id)


def test_everything_may_be_said_at_once_or_byte_by_byte(port, tmp_path):
    said = HELLO + (ENVELOPE + b"DATA\r\n" + MESSAGE + b".\r\n") * 3
    with Client(port) as client:
        assert codes(client.say(said, 13)) == ["250", *["250", "250", "354", "250"] * 3]
    with Client(port) as client:
        for byte in said[:-1]:
            client._socket.sendall(bytes([byte]))
        assert codes(client.say(said[-1:], 13)) == ["250", *["250", "250", "354", "250"] * 3]
    assert [mail.raw for mail in builtin_mailbox.messages(tmp_path)] == [MESSAGE] * 6


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (b"..\r\n", b".\r\n"),
        (b"..hidden\r\n...\r\n", b".hidden\r\n..\r\n"),
        (b"a\r\n..b\r\n", b"a\r\n.b\r\n"),
        (b"", b""),
        (b"a\n.\nb\r\n", b"a\n.\nb\r\n"),
        (b"a\r\n.\nb\r\n", b"a\r\n.\nb\r\n"),
        (b"a\n.\r\nb\r\n", b"a\n.\r\nb\r\n"),
    ],
)
def test_only_a_dot_between_true_line_ends_ends_a_message(port, tmp_path, sent, kept):
    with Client(port) as client:
        heard = client.say(HELLO + ENVELOPE + b"DATA\r\n" + sent + b".\r\nNOOP\r\n", 6)
        assert codes(heard) == ["250", "250", "250", "354", "250", "250"]
    [mail] = builtin_mailbox.messages(tmp_path)
    assert mail.raw == kept


@pytest.mark.parametrize(
    ("said", "answers"),
    [
        (b"MAIL FROM:<a@b.c>\r\n", ["503"]),
        (HELLO + b"RCPT TO:<a@b.c>\r\n", ["250", "503"]),
        (HELLO + b"MAIL FROM:<a@b.c>\r\nDATA\r\n", ["250", "250", "503"]),
        (HELLO + ENVELOPE + b"MAIL FROM:<a@b.c>\r\n", ["250", "250", "250", "503"]),
        (HELLO + ENVELOPE + b"RSET\r\nDATA\r\n", ["250", "250", "250", "250", "503"]),
        (HELLO + b"MAIL FROM:a@b.c\r\nMAIL TO:<a@b.c>\r\nMAIL\r\n", ["250", "501", "501", "501"]),
        (HELLO + b"MAIL FROM:<>\r\nRCPT TO:<>\r\nRCPT TO:<ada>\r\nRCPT TO:<a b@c>\r\n", ["250", "250", "501", "501", "501"]),
        (HELLO + b"MAIL FROM:<a@b.c> BODY=8BITMIME SIZE=2000\r\n", ["250", "250"]),
        (HELLO + b"MAIL FROM:<a@b.c> SIZE=2001\r\n", ["250", "552"]),
        (b"helo x\r\nmail from:<a@b.c>\r\nrcpt to:<a@b.c>\r\nvrfy a\r\nnoop\r\n", ["250", "250", "250", "252", "250"]),
        (b"STARTTLS\r\nAUTH PLAIN x\r\nGET / HTTP/1.1\r\n\r\n\xff\xfe\r\n", ["500", "500", "500", "500", "500"]),
        (b"x" * 3_000, ["500", ""]),
        (b"NOPE\r\n" * 21, ["500"] * 20 + ["421"]),
    ],
)
def test_what_is_out_of_order_or_no_command_is_answered_and_nothing_is_kept(port, tmp_path, said, answers):
    with Client(port) as client:
        assert codes(client.say(said, len(answers))) == answers
    assert builtin_mailbox.messages(tmp_path) == []


def test_a_message_has_at_most_a_hundred_recipients(port):
    with Client(port) as client:
        client.say(HELLO + b"MAIL FROM:<a@b.c>\r\n", 2)
        assert codes(client.say(b"RCPT TO:<a@b.c>\r\n" * 101, 101)) == ["250"] * 100 + ["452"]


@pytest.mark.parametrize("size", [2_000, 2_001, 100_000])
def test_a_message_that_is_too_large_is_refused_and_the_next_one_is_taken(port, tmp_path, size):
    line = b"x" * 98 + b"\r\n"
    content = (line * (size // 100 + 1))[-size:]
    content = b"y" * 10 + content[10:] if content[:2] == b"\r\n" else content
    with Client(port) as client:
        client.say(HELLO + ENVELOPE + b"DATA\r\n", 4)
        assert codes(client.say(content + b".\r\n")) == ["250" if size <= 2_000 else "552"]
        client.say(ENVELOPE + b"DATA\r\n", 3)
        assert codes(client.say(MESSAGE + b".\r\n")) == ["250"]
    assert builtin_mailbox.count(tmp_path) == (2 if size <= 2_000 else 1)


@pytest.mark.parametrize(("length", "code"), [(998, "250"), (999, "554")])
def test_a_line_is_as_long_as_the_standard_allows_and_no_longer(port, length, code):
    with Client(port) as client:
        client.say(HELLO + ENVELOPE + b"DATA\r\n", 4)
        assert codes(client.say(b"a\r\n" + b"x" * length + b"\r\n.\r\n")) == [code]


def test_a_delayed_250_comes_after_the_message_is_kept_and_before_later_answers(tmp_path):
    with running_mailbox(tmp_path, delay_before_250=0.1) as port, Client(port) as client:
        client.say(HELLO + ENVELOPE + b"DATA\r\n", 4)
        began = time.monotonic()
        client._socket.sendall(MESSAGE + b".\r\nNOOP\r\n")
        while not builtin_mailbox.count(tmp_path):
            assert time.monotonic() - began < 5
        assert codes(client.hear(2)) == ["250", "250"]
        assert time.monotonic() - began >= 0.1


def test_a_full_disk_asks_for_a_later_try(port, tmp_path):
    (tmp_path / "tmp").rmdir()
    with Client(port) as client:
        client.say(HELLO + ENVELOPE + b"DATA\r\n", 4)
        assert codes(client.say(MESSAGE + b".\r\n")) == ["452"]


def test_a_client_that_leaves_in_the_middle_leaves_nothing_behind(port, tmp_path):
    with Client(port) as client:
        client.say(HELLO + ENVELOPE + b"DATA\r\n", 4)
        client._socket.sendall(b"Subject: half")
    with Client(port) as client:
        assert codes(client.say(b"NOOP\r\n")) == ["250"]
    assert list((tmp_path / "new").iterdir()) == list((tmp_path / "tmp").iterdir()) == []


def test_a_stopping_server_says_so_to_who_is_still_there(tmp_path):
    with running_mailbox(tmp_path) as port:
        client = Client(port)
    with client:
        assert codes(client.hear(2)) == ["421", ""]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly_and_what_it_kept_stays(tmp_path, number):
    program = (
        "import sys; from integrations.providers import builtin_mailbox\n"
        "builtin_mailbox.serve(sys.argv[1], ready=lambda port: print(port, flush=True))"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:  # noqa: S603  # our own program
        assert process.stdout is not None
        assert process.stderr is not None
        with Client(int(process.stdout.readline())) as client:
            client.say(HELLO + ENVELOPE + b"DATA\r\n", 4)
            assert codes(client.say(MESSAGE + b".\r\n")) == ["250"]
            os.kill(process.pid, number)
            assert codes(client.hear()) == ["421"]
        assert (process.wait(5), process.stderr.read()) == (0, "")
    assert builtin_mailbox.count(tmp_path) == 1


def test_the_built_in_sender_hands_its_mail_in_on_this_machine_and_needs_no_login():
    endpoint = builtin_mailbox.endpoint(8025)
    assert (endpoint.host, endpoint.port, endpoint.tls, endpoint.username) == ("127.0.0.1", 8025, "none", "")
