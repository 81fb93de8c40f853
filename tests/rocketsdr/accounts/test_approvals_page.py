from dataclasses import replace

import pytest

from rocketsdr.accounts import approvals, pausing
from rocketsdr.accounts.approvals import Act, Recipient, Review
from rocketsdr.accounts.models import Approval, AuditEvent, Membership, Workspace

KIND = "tests.act"


@pytest.fixture
def page(client, owner):
    client.force_login(owner)
    return client


@pytest.fixture
def effects(monkeypatch):
    taken = []
    seen = Review(2, (Recipient(1, "ada@customer.example", "Ada <b>", "Engines"),), "Hello <script>")
    act = Act(
        lambda actor, approval, now: taken.append(actor), lambda approval, now: None, show=lambda rows: {row.id: seen for row in rows}
    )
    monkeypatch.setitem(approvals._acts, KIND, act)
    return taken


@pytest.fixture
def approval(actor, effects):
    from rocketsdr.lib.clock import now

    return approvals.file(actor=actor, kind=KIND, subject_id=7, digest="a" * 64, text="Send 10 e-mails.", now=now())


def test_the_page_shows_all_of_what_waits(page, approval):
    text = page.get("/approvals/").content.decode()
    assert "Send 10 e-mails." in text
    assert "Reaches 2 leads, among them" in text
    assert "Ada &lt;b&gt; &lt;ada@customer.example&gt;, Engines" in text
    assert "Hello &lt;script&gt;" in text
    assert "<code>key:1</code>" in text


@pytest.mark.parametrize(("decision", "status"), [("approve", "approved"), ("reject", "rejected")])
def test_a_person_decides_at_a_click(page, owner, approval, effects, decision, status):
    answer = page.post(f"/approvals/{approval.id}/", {"decision": decision, "digest": approval.digest}, follow=True)
    assert f"{status.capitalize()}." in answer.content.decode()
    approval.refresh_from_db()
    assert (approval.status, approval.decided_by) == (status, owner)
    assert len(effects) == (status == "approved")
    assert "Send 10 e-mails." not in page.get("/approvals/").content.decode()


def test_what_has_changed_since_the_page_was_opened_is_not_approved(page, approval, effects):
    answer = page.post(f"/approvals/{approval.id}/", {"decision": "approve", "digest": "b" * 64}, follow=True)
    assert "has changed since this was reviewed" in answer.content.decode()
    assert page.post(f"/approvals/{approval.id}/", {"decision": "maybe", "digest": approval.digest}).status_code == 404
    assert effects == []


def test_who_may_only_look_sees_it_and_decides_nothing(page, owner, approval, effects):
    Membership.objects.update(role="viewer")
    text = page.get("/approvals/").content.decode()
    assert "Send 10 e-mails." in text
    assert 'value="approve"' not in text
    page.post(f"/approvals/{approval.id}/", {"decision": "approve", "digest": approval.digest})
    assert (Approval.objects.get().status, effects) == ("pending", [])


def test_a_strangers_approval_is_neither_seen_nor_decided(page, stranger, effects, now):
    theirs = approvals.file(actor=stranger.actor, kind=KIND, subject_id=7, digest="a" * 64, text="Theirs.", now=now)
    assert "Theirs." not in page.get("/approvals/").content.decode()
    answer = page.post(f"/approvals/{theirs.id}/", {"decision": "approve", "digest": theirs.digest}, follow=True)
    assert "No such approval." in answer.content.decode()
    assert effects == []


def test_a_person_stops_all_mail_and_lets_it_go_again(page, workspace, person, now):
    assert "Stop all mail" in page.get("/approvals/").content.decode()
    assert "All mail is stopped" in page.post("/workspace/pause/", follow=True).content.decode()
    workspace.refresh_from_db()
    assert workspace.paused_at is not None
    assert "Mail goes out" in page.post("/workspace/resume/", follow=True).content.decode()
    workspace.refresh_from_db()
    assert workspace.paused_at is None
    assert list(AuditEvent.objects.order_by("id").values_list("action", "via")) == [
        ("workspace.paused", "web"),
        ("workspace.resumed", "web"),
    ]


def test_a_viewer_stops_mail_and_cannot_start_it(page, actor, now):
    Membership.objects.update(role="viewer")
    pausing.pause(actor=replace(actor, credential=""), now=now)
    assert "Let mail go out again" not in page.get("/approvals/").content.decode()
    page.post("/workspace/resume/")
    assert Workspace.objects.get().paused_at == now


def test_nobody_decides_without_signing_in(client, approval, effects):
    for path in ("/approvals/", "/workspace/pause/", "/workspace/resume/", f"/approvals/{approval.id}/"):
        answer = client.get(path) if path == "/approvals/" else client.post(path, {"decision": "approve", "digest": approval.digest})
        assert answer["Location"].startswith("/sign-in/")
    assert effects == []
