import socket
import threading

import pytest

from campaigns.models import Sender, SenderStatus
from campaigns.services.senders import add_builtin_sender, add_sender, pause_sender, resume_sender
from integrations.contracts import MailRefused, SmtpEndpoint
from integrations.mail import AddressInUse
from rocketsdr.accounts.models import AuditEvent
from rocketsdr.lib.addresses import PrivateAddress
from rocketsdr.lib.errors import Invalid, NotFound
from tests.fakes.mailbox import running_mailbox


@pytest.fixture
def production(settings):
    settings.EMBEDDED = False


@pytest.fixture
def server(tmp_path):
    with running_mailbox(tmp_path) as port:
        yield SmtpEndpoint(host="127.0.0.1", port=port, tls="none")


def test_a_mailbox_at_a_server_gets_a_cap_and_keeps_hours(actor, server, now):
    sender = add_sender(
        actor=actor, email=" Grace@Acme.example", from_name=" Grace Hopper ", smtp=server, signature="G.\nHopper\n", now=now
    )
    assert (sender.email, sender.from_name, sender.signature) == ("grace@acme.example", "Grace Hopper", "G.\nHopper")
    assert (sender.workspace_id, sender.daily_cap, sender.any_hour, sender.status) == (actor.workspace_id, 30, False, "active")
    account = sender.account
    assert (account.provider, account.address, account.host, account.port) == ("smtp", "grace@acme.example", "127.0.0.1", server.port)
    actions = list(AuditEvent.objects.order_by("sequence").values_list("action", flat=True))
    assert actions == ["mail_account.added", "sender.added"]


def test_the_built_in_mailbox_has_no_cap_and_no_hours(actor, workspace, now):
    sender = add_builtin_sender(actor=actor, now=now)
    assert (sender.from_name, sender.daily_cap, sender.any_hour) == ("Acme", None, True)
    assert sender.account.provider == "builtin_mailbox"


def test_two_workspaces_have_built_in_senders_of_their_own(actor, stranger, now):
    assert add_builtin_sender(actor=actor, now=now).email != add_builtin_sender(actor=stranger.actor, now=now).email


def test_production_has_no_built_in_mailbox(actor, production, now):
    with pytest.raises(Invalid, match="Only the embedded mode") as caught:
        add_sender(actor=actor, email="grace@acme.com", now=now)
    assert caught.value.field == "smtp"


def test_an_address_is_connected_once_per_workspace(actor, stranger, server, now):
    add_sender(actor=actor, email="grace@acme.example", smtp=server, now=now)
    with pytest.raises(AddressInUse):
        add_sender(actor=actor, email="GRACE@acme.example", smtp=server, now=now)
    assert add_sender(actor=stranger.actor, email="grace@acme.example", smtp=server, now=now)


def test_the_server_is_called_once_before_anything_is_stored(actor, now):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

        def hang_up() -> None:
            listener.accept()[0].close()

        closing = threading.Thread(target=hang_up)
        closing.start()
        with pytest.raises(MailRefused) as caught:
            add_sender(actor=actor, email="grace@acme.example", smtp=SmtpEndpoint("127.0.0.1", port, tls="none"), now=now)
        closing.join()
    assert caught.value.message
    assert not Sender.objects.exists()
    assert not AuditEvent.objects.exists()


def test_without_the_check_nobody_is_called(actor, now):
    endpoint = SmtpEndpoint("nowhere.invalid", 587, username="grace", password="open sesame")
    sender = add_sender(actor=actor, email="grace@acme.example", smtp=endpoint, daily_cap=5, check=False, now=now)
    assert sender.daily_cap == 5
    account = Sender.objects.select_related("account").get(id=sender.id).account
    assert (account.username, account.password, account.tls) == ("grace", "open sesame", "starttls")


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "10.0.0.1", "169.254.169.254", "::1"])
def test_private_servers_are_refused_in_production(actor, production, now, host, check):
    with pytest.raises((PrivateAddress, MailRefused), match="private"):
        add_sender(actor=actor, email="grace@acme.com", smtp=SmtpEndpoint(host, 587), check=check, now=now)
    assert not Sender.objects.exists()


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"email": "grace"}, "email"),
        ({"email": "Grace <grace@acme.example>"}, "email"),
        ({"email": "a@acme.example, b@acme.example"}, "email"),
        ({"email": "grace@acme.example\nBcc: x@y.example"}, "email"),
        ({"from_name": "Grace\r\nBcc: x@y.example"}, "from_name"),
        ({"from_name": "x" * 101}, "from_name"),
        ({"signature": "x" * 2001}, "signature"),
        ({"signature": "a\x00"}, "signature"),
        ({"daily_cap": 0}, "daily_cap"),
        ({"daily_cap": 10_001}, "daily_cap"),
        ({"smtp": SmtpEndpoint("", 587)}, "host"),
        ({"smtp": SmtpEndpoint("a b", 587)}, "host"),
        ({"smtp": SmtpEndpoint("smtp.example.com", 0)}, "port"),
        ({"smtp": SmtpEndpoint("smtp.example.com", 65_536)}, "port"),
        ({"smtp": SmtpEndpoint("smtp.example.com", 587, tls="maybe")}, "tls"),  # type: ignore[arg-type]  # what a form may send
        ({"smtp": SmtpEndpoint("smtp.example.com", 587, username="a\nb")}, "username"),
    ],
)
def test_what_does_not_fit_is_refused_naming_the_field(actor, now, fields, field):
    with pytest.raises(Invalid) as caught:
        add_sender(**{"actor": actor, "email": "grace@acme.example", "check": False, "now": now, **fields})
    assert caught.value.field == field
    assert caught.value.fix
    assert not Sender.objects.exists()


def test_a_paused_sender_says_why_and_asking_twice_is_fine(actor, sender, now):
    paused = pause_sender(actor=actor, sender_id=sender.id, reason=" On holiday ", now=now)
    assert (paused.status, paused.status_note) == ("paused", "On holiday")
    assert pause_sender(actor=actor, sender_id=sender.id, now=now).status_note == "On holiday"
    assert AuditEvent.objects.filter(action="sender.paused").count() == 1


def test_a_resumed_sender_forgets_its_failures_and_wakes_a_worker(actor, sender, now, jobs):
    Sender.objects.update(status=SenderStatus.FAILING, status_note="Wrong password", failures=3, retry_at=now)
    resumed = resume_sender(actor=actor, sender_id=sender.id, now=now)
    assert (resumed.status, resumed.status_note, resumed.failures, resumed.retry_at) == ("active", "", 0, None)
    assert jobs.all == [("campaigns.pump", {"sender_id": sender.id})]
    resume_sender(actor=actor, sender_id=sender.id, now=now)
    assert len(jobs.all) == 1
    assert AuditEvent.objects.filter(action="sender.resumed").count() == 1


def test_a_strangers_sender_looks_like_a_missing_one(actor, stranger, now):
    for verb in (pause_sender, resume_sender):
        for sender_id in (stranger.sender.id, 999_999_999):
            with pytest.raises(NotFound):
                verb(actor=actor, sender_id=sender_id, now=now)
