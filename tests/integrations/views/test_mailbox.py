from datetime import timedelta

import pytest

from campaigns.models import InboundMessage
from integrations.mail_folder import Store
from integrations.views import mailbox
from rocketsdr.accounts.models import Clock
from tests import factories

MAIL = (
    "From: Grace Hopper <{sender}>\r\nTo: <{to}>\r\nSubject: {subject}\r\nMessage-ID: <one@acme.example>\r\n"
    "List-Unsubscribe: <{unsubscribe}>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\nMIME-Version: 1.0\r\n"
    'Content-Type: multipart/alternative; boundary="b"\r\n\r\n'
    "--b\r\nContent-Type: text/plain\r\n\r\nHello in plain words\r\n"
    "--b\r\nContent-Type: text/html\r\n\r\n<p>Hello <b>in bold</b></p><script>alert(1)</script>\r\n--b--\r\n"
)


@pytest.fixture(autouse=True)
def store(settings, tmp_path):
    settings.MAILBOX_DIR = tmp_path / "mailbox"
    return Store(settings.MAILBOX_DIR)


@pytest.fixture
def arrive(store, settings):
    def keep(*, sender="grace@acme.example", to="ada@customer.example", subject="A question", unsubscribe=""):
        url = unsubscribe or f"{settings.PUBLIC_URL}/u/00000000-0000-4000-8000-000000000000/"
        return store.keep(sender, [to], MAIL.format(sender=sender, to=to, subject=subject, unsubscribe=url).encode())

    return keep


@pytest.fixture
def page(client, owner, sender):
    client.force_login(owner)
    return client


def test_a_member_reads_what_their_senders_sent_the_newest_first(page, arrive):
    arrive(to="first@customer.example", subject="The first")
    newest = arrive(to="second@customer.example", subject="The second")
    response = page.get("/mailbox/")
    assert [mail.subject for mail in response.context["mails"]] == ["The second", "The first"]
    text = page.get(f"/mailbox/{newest}/").content.decode()
    assert "second@customer.example" in text
    assert "Hello in plain words" in text
    assert f'src="/mailbox/{newest}/html/" sandbox="allow-popups allow-popups-to-escape-sandbox"' in text
    assert "alert(1)" not in text


def test_mails_are_found_by_their_recipient(page, arrive):
    arrive(to="ada@customer.example")
    arrive(to="bob@customer.example")
    response = page.get("/mailbox/", {"to": "BOB@"})
    assert [mail.to_address for mail in response.context["mails"]] == ["bob@customer.example"]
    assert "Nothing found" in page.get("/mailbox/", {"to": "nobody"}).content.decode()


def test_pages_follow_each_other_without_gap_or_repeat(page, arrive, monkeypatch):
    monkeypatch.setattr(mailbox, "PAGE", 2)
    for number in range(5):
        arrive(subject=f"Mail {number}")
    seen, before = [], ""
    for _ in range(3):
        context = page.get("/mailbox/", {"before": before}).context
        seen += [mail.subject for mail in context["mails"]]
        before = context["older"]
    assert seen == ["Mail 4", "Mail 3", "Mail 2", "Mail 1", "Mail 0"]
    assert before == ""


def test_the_html_is_served_so_that_nothing_runs_and_only_our_page_frames_it(page, arrive):
    response = page.get(f"/mailbox/{arrive()}/html/")
    assert "<p>Hello <b>in bold</b></p>" in response.content.decode()
    assert "script" not in response.content.decode()
    policy = dict(part.strip().partition(" ")[::2] for part in response["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["sandbox"] == "allow-popups allow-popups-to-escape-sandbox"
    assert policy["frame-ancestors"] == "'self'"
    assert "script-src" not in policy
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    assert page.get("/mailbox/")["X-Frame-Options"] == "DENY"


def test_the_source_is_the_mail_as_it_came(page, arrive):
    response = page.get(f"/mailbox/{arrive()}/source/")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response.content.startswith(b"From: Grace Hopper <grace@acme.example>\r\n")


def test_a_members_answer_arrives_as_the_recipients_reply(page, arrive, campaign, enrollment, sender):
    factories.DeliveryFactory.create(enrollment=enrollment, sent=True, sender=sender, message_id="<one@acme.example>")
    mail_id = arrive(to=enrollment.lead.email)
    response = page.post(f"/mailbox/{mail_id}/reply/", {"text": "Happy to talk on Tuesday."}, follow=True)
    assert "has arrived at grace@acme.example" in response.content.decode()
    stored = InboundMessage.objects.get()
    assert (stored.from_address, stored.text.strip()) == (enrollment.lead.email, "Happy to talk on Tuesday.")
    enrollment.refresh_from_db()
    assert enrollment.status == "replied"


def test_an_empty_answer_comes_back(page, arrive):
    response = page.post(f"/mailbox/{arrive()}/reply/", {"text": "  "})
    assert response.status_code == 422
    assert "This field is required." in response.content.decode()


def test_a_mail_that_cannot_be_answered_says_why(page, arrive, store):
    mail_id = store.keep("grace@acme.example", ["ada@customer.example"], b"Subject: x\r\n\r\nHello\r\n")
    response = page.post(f"/mailbox/{mail_id}/reply/", {"text": "Hello?"}, follow=True)
    assert "does not say whom to answer" in response.content.decode()


def test_unsubscribing_posts_what_mail_programs_post_to_the_mails_own_address(page, arrive, enrollment, settings):
    enrollment.refresh_from_db()
    address = f"/u/{enrollment.opt_out_token}/"
    response = page.get(f"/mailbox/{arrive(unsubscribe=settings.PUBLIC_URL + address)}/")
    form = f'<form method="post" action="{settings.PUBLIC_URL}{address}"><input type="hidden" name="List-Unsubscribe" value="One-Click">'
    assert form in response.content.decode()
    assert f"form-action 'self' {settings.PUBLIC_URL}" in response["Content-Security-Policy"]
    page.post(address, {"List-Unsubscribe": "One-Click"})
    enrollment.refresh_from_db()
    assert enrollment.status == "unsubscribed"


@pytest.mark.parametrize("address", ["/mailbox/{id}/", "/mailbox/{id}/html/", "/mailbox/{id}/source/"])
def test_a_strangers_mail_looks_like_a_missing_one(page, arrive, stranger, address):
    theirs = arrive(sender=stranger.sender.email, subject="Theirs")
    assert page.get("/mailbox/").context["mails"] == []
    assert page.get(address.format(id=theirs)).status_code == page.get(address.format(id="0" * 20 + "-1-1")).status_code == 404
    assert page.post(f"/mailbox/{theirs}/reply/", {"text": "Hello"}).status_code == 404
    assert InboundMessage.objects.count() == 0


@pytest.mark.parametrize("mail_id", ["..", "../settings", "%2e%2e%2fx", "x"])
def test_no_id_leads_out_of_the_mailbox(page, mail_id):
    assert page.get(f"/mailbox/{mail_id}/").status_code == 404


def test_an_address_that_another_workspace_claims_as_well_shows_its_mails_to_neither(page, arrive, stranger, client):
    factories.MailAccountFactory.create(workspace=stranger.workspace, address="grace@acme.example")
    arrive()
    assert page.get("/mailbox/").context["mails"] == []
    client.force_login(stranger.workspace.members.get())
    assert client.get("/mailbox/").context["mails"] == []


def test_nobody_claims_the_address_that_links_to_reset_passwords_come_from(page, arrive, workspace, settings):
    settings.DEFAULT_FROM_EMAIL = "RocketSDR <no-reply@acme.example>"
    factories.MailAccountFactory.create(workspace=workspace, address="no-reply@acme.example")
    arrive(sender="no-reply@acme.example")
    assert page.get("/mailbox/").context["mails"] == []


def test_an_operator_sees_all_mails(client, arrive, stranger):
    client.force_login(factories.UserFactory.create(is_staff=True))
    mail_id = arrive(sender=stranger.sender.email)
    assert len(client.get("/mailbox/").context["mails"]) == 1
    assert client.get(f"/mailbox/{mail_id}/").status_code == 200


def test_the_mailbox_is_for_signed_in_people(client, arrive):
    mail_id = arrive()
    for address in ("/mailbox/", f"/mailbox/{mail_id}/", f"/mailbox/{mail_id}/html/", f"/mailbox/{mail_id}/source/"):
        assert client.get(address)["Location"] == f"/sign-in/?next={address}"


def test_without_the_embedded_mode_there_is_no_mailbox(page, arrive, settings):
    mail_id = arrive()
    settings.EMBEDDED = False
    for address in ("/mailbox/", f"/mailbox/{mail_id}/", f"/mailbox/{mail_id}/html/", f"/mailbox/{mail_id}/source/"):
        assert page.get(address).status_code == 404
    assert page.post(f"/mailbox/{mail_id}/reply/", {"text": "Hello"}).status_code == 404


def test_an_operator_moves_the_clock_instead_of_waiting(page, owner):
    owner.is_staff = True
    owner.save()
    assert "Move the clock" in page.get("/mailbox/").content.decode()
    response = page.post("/mailbox/clock/", {"minutes": "4320"}, follow=True)
    assert "What is due arrives in a moment" in response.content.decode()
    assert Clock.objects.offset() == timedelta(days=3)


@pytest.mark.parametrize("minutes", ["-10", "7", ""])
def test_the_clock_goes_forward_by_the_offered_steps_only(page, owner, minutes):
    owner.is_staff = True
    owner.save()
    page.post("/mailbox/clock/", {"minutes": minutes})
    assert Clock.objects.offset() == timedelta()


def test_a_member_who_is_no_operator_moves_no_clock(page):
    assert "Move the clock" not in page.get("/mailbox/").content.decode()
    assert page.post("/mailbox/clock/", {"minutes": "10"}).status_code == 403
    assert Clock.objects.offset() == timedelta()
