from __future__ import annotations

import asyncio
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from integrations.contracts import MailRefused, OutcomeUnknown, Receipt, SmtpEndpoint, TlsMode, Verdict
from integrations.providers import builtin_mailbox, smtp
from rocketsdr.lib.errors import Invalid
from tests.fakes.mailbox import ScriptedServer, running_mailbox, scripted_server

DATA = b"From: sam@example.com\r\nTo: ada@example.com\r\nSubject: Hi\r\n\r\nHello\r\n.hidden\r\n..twice\r\n"
IMPATIENT = 0.6  # seconds, where the server is silent on purpose
ESMTP = "250-hi\r\n250-PIPELINING\r\n250 SIZE 1000000"


def connect(port: int, **changes: Any) -> smtp.SmtpConnection:
    endpoint = replace(SmtpEndpoint(host="127.0.0.1", port=port, tls="none", timeout=5.0), **changes)
    return smtp.open_connection(endpoint, allow_private=True)


def send(
    server: smtp.SmtpConnection, *, rcpt: str = "ada@example.com", data: bytes = DATA, before_data: Callable[[], bool] | None = None
) -> Receipt | None:
    return server.send("sam@example.com", rcpt, data, message_id="<1@example.com>", before_data=before_data)


class Leave:
    """Give leave to hand a message over, and remember what the server had been told by then."""

    def __init__(self, fake: ScriptedServer) -> None:
        self._fake = fake
        self.asked: list[list[str]] = []

    def __call__(self) -> bool:
        self.asked.append(list(self._fake.said))
        return True


def hang_up(client: socket.socket) -> None:
    client.shutdown(socket.SHUT_RDWR)


def drip(client: socket.socket) -> None:
    """Send a byte now and then, so that no single wait is long."""
    for _ in range(150):
        client.sendall(b"2")
        time.sleep(0.1)


# --- The way of a message that is taken ----------------------------------------------------------------------------------------


def test_a_message_arrives_with_its_bytes_and_the_receipt_says_so(tmp_path):
    with running_mailbox(tmp_path) as port, connect(port, timeout=5) as server:
        receipt = send(server)
    assert receipt is not None
    [mail] = builtin_mailbox.messages(tmp_path)
    assert (receipt.message_id, receipt.server_response[:3]) == ("<1@example.com>", "250")
    assert (mail.from_address, mail.to_address, mail.raw) == ("sam@example.com", "ada@example.com", DATA)


def test_one_connection_carries_many_messages(tmp_path):
    with running_mailbox(tmp_path) as port, connect(port, timeout=5) as server:
        for _ in range(20):
            send(server)
    assert builtin_mailbox.count(tmp_path) == 20


@pytest.mark.parametrize("ehlo", ["250 plain", ESMTP])
def test_sender_and_recipient_are_named_before_leave_is_asked_and_data_comes_after(ehlo):
    with scripted_server({"EHLO": ehlo}) as fake, connect(fake.port) as server:
        leave = Leave(fake)
        send(server, before_data=leave)
        assert [line[:4] for line in leave.asked[0]] == ["ehlo", "MAIL", "RCPT"]
        assert fake.said[3:] == ["DATA", "."]


def test_without_leave_nothing_is_handed_over_and_the_connection_lives_on():
    with scripted_server() as fake, connect(fake.port) as server:
        assert send(server, before_data=lambda: False) is None
        assert fake.said[-1] == "rset"
        assert send(server) is not None
    assert fake.connections == 1


def test_the_size_is_told_to_a_server_that_wants_to_know():
    with scripted_server({"EHLO": ESMTP}) as fake, connect(fake.port) as server:
        send(server)
    assert f"MAIL FROM:<sam@example.com> SIZE={len(DATA)}" in fake.said


def test_bare_line_ends_become_line_ends_so_that_no_second_message_can_be_smuggled_in(tmp_path):
    with running_mailbox(tmp_path) as port, connect(port, timeout=5) as server:
        send(server, data=b"Subject: x\n\nHi\n.\nMAIL FROM:<evil@example.com>\r.\r")
    [mail] = builtin_mailbox.messages(tmp_path)
    assert mail.raw == b"Subject: x\r\n\r\nHi\r\n.\r\nMAIL FROM:<evil@example.com>\r\n.\r\n"


def test_an_address_that_would_break_the_dialogue_is_refused_before_anything_is_sent():
    with scripted_server() as fake, connect(fake.port) as server:
        for address in ("a@b.c>\r\nRCPT TO:<evil@example.com", "a b@c.d", "<a@b.c>", "a@b@c", "ada"):
            with pytest.raises(Invalid, match="not an e-mail address"):
                send(server, rcpt=address)
    assert not [line for line in fake.said if line.startswith("RCPT")]


# --- Refusals before the message is handed over --------------------------------------------------------------------------------


@pytest.mark.parametrize("ehlo", ["250 plain", ESMTP])
@pytest.mark.parametrize(
    ("verb", "answer", "verdict", "transient"),
    [
        ("RCPT", "550 5.1.1 no such user here", Verdict.MAILBOX_UNKNOWN, False),
        ("RCPT", "450 4.2.0 Greylisted, see http://postgrey.example", Verdict.GREYLISTED, True),
        ("RCPT", "452 4.2.2 mailbox full", Verdict.MAILBOX_FULL, True),
        ("RCPT", "554 5.7.1 relay access denied", Verdict.AUTH_FAILED, False),
        ("RCPT", "599 blub", Verdict.UNKNOWN, False),
        ("MAIL", "553 5.7.1 not owned by user", Verdict.SENDER_REFUSED, False),
        ("MAIL", "451 4.7.0 too many messages", Verdict.THROTTLED, True),
        ("MAIL", "530 5.7.0 Authentication required", Verdict.AUTH_FAILED, False),
        ("MAIL", "nonsense", Verdict.SENDER_REFUSED, True),
    ],
)
def test_a_refused_sender_or_recipient_is_told_apart_and_asks_for_no_leave(ehlo, verb, answer, verdict, transient):
    with scripted_server({"EHLO": ehlo, verb: [answer, "250 ok"]}) as fake, connect(fake.port) as server:
        leave = Leave(fake)
        with pytest.raises(MailRefused) as refused:
            send(server, before_data=leave)
        assert (refused.value.verdict, refused.value.transient, refused.value.transmitting) == (verdict, transient, False)
        assert leave.asked == []
        assert send(server) is not None  # the next message meets a clean server
    assert "DATA" not in fake.said[: fake.said.index("rset")]


def test_a_refusal_says_what_it_means_without_the_words_of_the_server():
    with (
        scripted_server({"RCPT": "550 5.1.1 <ada@example.com> go away, see http://vendor.example/secret"}) as fake,
        connect(fake.port) as server,
        pytest.raises(MailRefused) as refused,
    ):
        send(server)
    assert refused.value.message == "The mail server refused the recipient (550): the mailbox is unknown."
    assert (refused.value.reply_code, refused.value.concerns_sender) == (550, False)


@pytest.mark.parametrize("answer", ["421 4.3.2 closing", hang_up])
def test_a_server_that_hung_up_between_two_messages_is_called_again(answer):
    with scripted_server({"MAIL": ["250 ok", answer, "250 ok"]}) as fake, connect(fake.port) as server:
        for _ in range(2):
            assert send(server) is not None
    assert fake.connections == 2


def test_a_server_that_always_hangs_up_is_called_again_once_and_no_more():
    with scripted_server({"MAIL": "421 4.7.0 not now"}) as fake, connect(fake.port) as server, pytest.raises(MailRefused) as refused:
        send(server)
    assert (refused.value.verdict, refused.value.transient, refused.value.concerns_sender) == (Verdict.THROTTLED, True, True)
    assert fake.connections == 2


# --- Refusals and silence after it ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verb", "answer", "verdict", "transient"),
    [
        ("DATA", "451 4.3.0 try later", Verdict.UNKNOWN, True),
        ("DATA", "554 5.7.1 blocked by policy", Verdict.BLOCKED, False),
        (".", "554 5.7.1 message looks like spam", Verdict.BLOCKED, False),
        (".", "552 5.3.4 message too big", Verdict.TOO_LARGE, False),
        (".", "451 4.7.28 unusual rate of mail", Verdict.THROTTLED, True),
        (".", "421 4.3.2 shutting down", Verdict.THROTTLED, True),
    ],
)
def test_an_explicit_no_after_leave_was_given_is_a_refusal_and_says_so(verb, answer, verdict, transient):
    with scripted_server({verb: answer}) as fake, connect(fake.port) as server:
        leave = Leave(fake)
        with pytest.raises(MailRefused) as refused:
            send(server, before_data=leave)
    assert (refused.value.verdict, refused.value.transient, refused.value.transmitting) == (verdict, transient, True)
    assert len(leave.asked) == 1


def test_a_refused_message_does_not_spoil_the_next():
    with scripted_server({".": ["554 5.6.0 no", "250 ok"]}) as fake, connect(fake.port) as server:
        with pytest.raises(MailRefused):
            send(server)
        assert send(server) is not None
    assert fake.connections == 1


@pytest.mark.parametrize("answer", ["", hang_up, drip, "whatever", "354 more?"], ids=["silence", "hang up", "drip", "nonsense", "354"])
def test_silence_after_the_message_went_out_is_an_unknown_outcome_and_no_refusal(answer):
    with scripted_server({".": [answer, "250 ok"]}) as fake, connect(fake.port, timeout=IMPATIENT) as server:
        began = time.monotonic()
        with pytest.raises(OutcomeUnknown, match="may have arrived"):
            send(server)
        assert time.monotonic() - began < 10  # the drip alone would take longer
        assert not isinstance(OutcomeUnknown("x"), MailRefused)
    assert len([line for line in fake.said if line == "."]) == 1


@pytest.mark.parametrize("answer", ["", hang_up])
def test_a_server_that_falls_silent_before_it_took_the_content_certainly_has_nothing(answer):
    with scripted_server({"DATA": answer}) as fake, connect(fake.port, timeout=IMPATIENT) as server, pytest.raises(MailRefused) as refused:
        send(server)
    assert (refused.value.verdict, refused.value.transient, refused.value.transmitting) == (Verdict.UNREACHABLE, True, True)
    assert "." not in fake.said


def test_after_an_unknown_outcome_the_next_message_gets_a_connection_of_its_own(tmp_path):
    with scripted_server({".": [hang_up, "250 ok"]}) as fake, connect(fake.port) as server:
        with pytest.raises(OutcomeUnknown):
            send(server)
        assert send(server) is not None
    assert fake.connections == 2


# --- Connecting ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answers", "verdict", "transient"),
    [
        ({"connect": "554 5.7.1 blocked using zen.spamhaus.org"}, Verdict.BLOCKED, False),
        ({"connect": "421 4.7.0 too many connections"}, Verdict.THROTTLED, True),
        ({"connect": ""}, Verdict.UNREACHABLE, True),
        ({"connect": hang_up}, Verdict.UNREACHABLE, True),
        ({"connect": drip}, Verdict.UNREACHABLE, True),
        ({"connect": "HTTP/1.1 400 Bad Request"}, Verdict.UNKNOWN, True),
    ],
)
def test_a_server_that_does_not_let_us_in_says_why(answers, verdict, transient):
    with scripted_server(answers) as fake, pytest.raises(MailRefused) as refused:
        connect(fake.port, timeout=IMPATIENT)
    assert (refused.value.verdict, refused.value.transient) == (verdict, transient)


def test_a_port_where_nobody_listens_is_unreachable():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(MailRefused, match="cannot be reached") as refused:
        connect(port)
    assert (refused.value.verdict, refused.value.transient, refused.value.concerns_sender) == (Verdict.UNREACHABLE, True, True)


def test_an_endless_greeting_does_not_fill_the_memory():
    def flood(client: socket.socket) -> None:
        for _ in range(200):
            client.sendall(b"220-" + b"x" * 990 + b"\r\n")

    with scripted_server({"connect": flood}) as fake, pytest.raises(MailRefused) as refused:
        connect(fake.port)
    assert refused.value.verdict is Verdict.UNREACHABLE


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "10.1.2.3", "169.254.169.254", "100.64.0.1", "0.0.0.1", "[::1]", "::1", "::ffff:127.0.0.1"]
)
def test_private_addresses_are_refused_unless_they_are_allowed(host):
    with pytest.raises(MailRefused) as refused:
        smtp.open_connection(SmtpEndpoint(host=host, port=25, tls="none"))
    assert refused.value.verdict in (Verdict.ADDRESS_REFUSED, Verdict.UNREACHABLE)


def test_the_connection_goes_to_the_address_that_was_checked_however_the_name_answers_later(monkeypatch):
    answers = iter(
        [
            [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.215.14", 25))],
            [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 25))],
        ]
    )
    asked = []

    def connected(address: tuple[str, int], *_: object) -> None:
        asked.append(address)
        raise OSError

    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: next(answers))
    monkeypatch.setattr(socket, "create_connection", connected)
    with pytest.raises(MailRefused, match="cannot be reached"):
        smtp.open_connection(SmtpEndpoint(host="rebind.example", port=25, tls="none"))
    assert asked == [("93.184.215.14", 25)]


def test_a_password_does_not_travel_unencrypted_over_the_internet(monkeypatch):
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.215.14", 25))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: found)
    with pytest.raises(MailRefused, match="would travel unencrypted"):
        smtp.open_connection(SmtpEndpoint(host="mail.example", port=25, tls="none", username="sam", password="secret"))


# --- Encryption and login, against aiosmtpd ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for `localhost`, signed by itself, and the contexts of both sides."""
    folder = tmp_path_factory.mktemp("certificate")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
    builder = builder.not_valid_before(datetime.now(UTC) - timedelta(days=1)).not_valid_after(datetime.now(UTC) + timedelta(days=1))
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    signed = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True).sign(key, hashes.SHA256())
    encoding = serialization.Encoding.PEM
    private = key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "both.pem").write_bytes(private + signed.public_bytes(encoding))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "both.pem")
    client = ssl.create_default_context(cadata=signed.public_bytes(encoding).decode())
    return server, client


class Keeper:
    """Keep what arrives."""

    def __init__(self) -> None:
        self.mails: list[Envelope] = []
        self.port = 0

    async def handle_DATA(self, server, session, envelope):  # noqa: N802  # the name that aiosmtpd calls
        self.mails.append(envelope)
        return "250 kept"


class OnAFreePort(Controller):
    def _trigger_server(self):
        self.port = cast("asyncio.Server", self.server).sockets[0].getsockname()[1]
        super()._trigger_server()


def only_sam(server, session, envelope, mechanism, auth_data):
    known = isinstance(auth_data, LoginPassword) and (auth_data.login, auth_data.password) == (b"sam@example.com", b"right")
    return AuthResult(success=known, handled=False)


@pytest.fixture
def keeper(request, certificate):
    """An aiosmtpd server in the mode of the test: starttls or tls, with logins."""
    server_context, _ = certificate
    implicit = request.param == "tls"
    handler = Keeper()
    options = {"ssl_context": server_context} if implicit else {"tls_context": server_context, "require_starttls": True}
    controller = OnAFreePort(
        handler, hostname="localhost", port=0, authenticator=only_sam, auth_required=not implicit, auth_require_tls=not implicit, **options
    )
    controller.start()
    handler.port = controller.port
    yield handler
    controller.stop()


def endpoint(port: int, tls: TlsMode, **changes: Any) -> SmtpEndpoint:
    return replace(SmtpEndpoint(host="localhost", port=port, tls=tls, timeout=5.0, username="sam@example.com", password="right"), **changes)


@pytest.mark.parametrize("keeper", ["starttls", "tls"], indirect=True)
def test_encrypted_and_logged_in_a_message_arrives(keeper, request, certificate):
    mode = request.node.callspec.params["keeper"]
    with smtp.open_connection(endpoint(keeper.port, mode), allow_private=True, context=certificate[1]) as server:
        receipt = send(server)
    assert receipt is not None
    assert receipt.server_response == "250 kept"
    assert [mail.rcpt_tos for mail in keeper.mails] == [["ada@example.com"]]


@pytest.mark.parametrize("keeper", ["starttls", "tls"], indirect=True)
@pytest.mark.parametrize("changes", [{"host": "127.0.0.1"}, {}], ids=["another name", "an unknown signer"])
def test_a_certificate_that_cannot_be_trusted_ends_the_connection_before_the_password(keeper, request, certificate, changes):
    mode = request.node.callspec.params["keeper"]
    context = certificate[1] if changes else ssl.create_default_context()
    with pytest.raises(MailRefused, match="No encrypted connection") as refused:
        smtp.open_connection(endpoint(keeper.port, mode, **changes), allow_private=True, context=context)
    assert (refused.value.verdict, refused.value.transient) == (Verdict.TLS_FAILED, False)


@pytest.mark.parametrize("keeper", ["starttls"], indirect=True)
@pytest.mark.parametrize("password", ["wrong", "geheim-ö", ""])
def test_a_wrong_password_is_a_clear_refusal_that_does_not_show_it(keeper, certificate, password):
    with pytest.raises(MailRefused) as refused:
        smtp.open_connection(endpoint(keeper.port, "starttls", password=password), allow_private=True, context=certificate[1])
    assert (refused.value.verdict, refused.value.transient, refused.value.concerns_sender) == (Verdict.AUTH_FAILED, False, True)
    assert "login" in refused.value.message
    assert not password or password not in refused.value.message


def test_a_server_without_encryption_is_left_when_encryption_was_asked_for():
    with scripted_server() as fake, pytest.raises(MailRefused, match="No encrypted connection"):
        connect(fake.port, tls="starttls", username="sam", password="secret")
    assert not [line for line in fake.said if not line.startswith("ehlo")]


def test_what_a_third_party_slips_in_before_the_encryption_is_thrown_away(certificate):
    """CVE-2011-0411 and its kin: an answer sent in the same packet as `220 go ahead` must not be read as the encrypted server's."""

    def inject(client: socket.socket) -> None:
        client.sendall(b"220 go ahead\r\n250-injected\r\n250 AUTH PLAIN\r\n")
        wrapped = certificate[0].wrap_socket(client.dup(), server_side=True)
        with wrapped:
            wrapped.recv(1000)
            wrapped.sendall(b"250 the real one, which offers no login\r\n")
            wrapped.recv(1000)

    with (
        scripted_server({"EHLO": "250-hi\r\n250 STARTTLS", "STARTTLS": inject}) as fake,
        pytest.raises(MailRefused, match="offers no login"),
    ):
        smtp.open_connection(endpoint(fake.port, "starttls", timeout=2.0), allow_private=True, context=certificate[1])


def test_a_temporary_trouble_with_logins_may_be_tried_again():
    with (
        scripted_server({"EHLO": "250-hi\r\n250 AUTH PLAIN", "AUTH": "454 4.7.0 temporary failure"}) as fake,
        pytest.raises(MailRefused) as refused,
    ):
        connect(fake.port, username="sam", password="right")
    assert (refused.value.verdict, refused.value.transient) == (Verdict.AUTH_FAILED, True)


def test_the_password_is_not_shown_when_an_endpoint_is():
    assert "hidden" not in repr(SmtpEndpoint(host="h", port=1, username="sam", password="hidden"))
