from dataclasses import replace
from functools import partial

import pytest

from rocketsdr.accounts import approvals, pausing, views
from rocketsdr.accounts.approvals import Act, Recipient, Review
from rocketsdr.accounts.models import Approval, AuditEvent, Membership, Workspace
from rocketsdr.lib.clock import now

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
    shown = page.get("/approvals/").context
    assert (shown["rows"], [row["approval"] for row in shown["decided"]]) == ([], [approval])


def test_a_decision_keeps_its_note_and_stands_below_with_who_and_when(page, owner, approval, effects):
    given = {"decision": "reject", "digest": approval.digest, "note": " Wrong <words> "}
    text = page.post(f"/approvals/{approval.id}/", given, follow=True).content.decode()
    approval.refresh_from_db()
    assert approval.note == "Wrong <words>"
    assert "Wrong &lt;words&gt;" in text
    assert "Rejected</span>" in text
    assert text.index("Nothing waits") < text.index("Decided</h2>") < text.index(f"{approval.decided_at:%H:%M} UTC")


def test_a_note_that_is_too_long_decides_nothing(page, approval, effects):
    given = {"decision": "approve", "digest": approval.digest, "note": "x" * 501}
    assert "The note has 501 characters" in page.post(f"/approvals/{approval.id}/", given, follow=True).content.decode()
    assert (Approval.objects.get().status, effects) == ("pending", [])


def test_what_was_asked_for_anew_says_so_and_only_the_new_request_can_be_decided(page, actor, approval, effects):
    newer = approvals.file(actor=actor, kind=KIND, subject_id=7, digest="b" * 64, text="Send 12 e-mails.", now=now())
    answer = page.post(f"/approvals/{approval.id}/", {"decision": "approve", "digest": approval.digest}, follow=True)
    text = answer.content.decode()
    assert "The approval is withdrawn and cannot be decided any more." in text
    assert "Withdrawn</span>" in text
    assert [row["approval"] for row in answer.context["rows"]] == [newer]
    assert effects == []


def test_what_is_over_comes_in_pages(page, actor, effects, monkeypatch):
    monkeypatch.setattr(views, "DECIDED", 2)
    ask = partial(approvals.file, actor=actor, kind=KIND, digest="a" * 64, now=now())
    made = [ask(subject_id=number, text=f"Act {number}.").id for number in range(3)]
    Approval.objects.update(status="withdrawn")
    first = page.get("/approvals/").context
    assert ([row["approval"].id for row in first["decided"]], first["older"]) == ([made[2], made[1]], made[1])
    rest = page.get(f"/approvals/?before={first['older']}").context
    assert ([row["approval"].id for row in rest["decided"]], rest["older"]) == ([made[0]], None)
    assert page.get("/approvals/?before=x' OR 1").status_code == 200


def test_the_credential_that_asked_is_called_by_its_name(page, actor, api_key, effects):
    asked = replace(actor, credential=api_key.key.credential)
    approvals.file(actor=asked, kind=KIND, subject_id=7, digest="a" * 64, text="Send.", now=now())
    assert f"“Claude” <code>{api_key.key.credential}</code>" in page.get("/approvals/").content.decode()


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
    Approval.objects.filter(id=theirs.id).update(status="rejected")
    assert "Theirs." not in page.get("/approvals/").content.decode()
    Approval.objects.filter(id=theirs.id).update(status="pending")
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
