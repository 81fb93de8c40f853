import pytest

from campaigns.models import Delivery, Suppression
from rocketsdr.accounts.models import AuditEvent
from tests import factories


@pytest.fixture
def page(client, db):
    client.force_login(factories.UserFactory.create(is_staff=True, is_superuser=True))
    return client


def act(client, model, action, *rows):
    return client.post(
        f"/admin/campaigns/{model}/", {"action": action, "_selected_action": [row.pk for row in rows]}, follow=True
    ).content.decode()


def test_an_operator_pauses_and_resumes_campaigns_of_any_workspace(page, campaign, stranger):
    assert "Campaigns paused: 2." in act(page, "campaign", "pause", campaign, stranger.campaign)
    campaign.refresh_from_db()
    assert campaign.status == "paused"
    event = AuditEvent.objects.get(action="campaign.paused", workspace_id=campaign.workspace_id)
    assert event.via == "admin"
    assert "Campaigns resumed: 1." in act(page, "campaign", "resume", campaign)


def test_what_a_service_refuses_is_said_and_the_rest_is_done(page, campaign, draft):
    text = act(page, "campaign", "pause", campaign, draft)
    assert "Campaigns paused: 1." in text
    assert str(draft) in text
    draft.refresh_from_db()
    assert draft.status == "draft"


def test_an_operator_pauses_and_resumes_senders(page, sender):
    assert "Senders paused: 1." in act(page, "sender", "pause", sender)
    sender.refresh_from_db()
    assert sender.status == "paused"
    assert "Senders resumed: 1." in act(page, "sender", "resume", sender)
    sender.refresh_from_db()
    assert sender.status == "active"


def test_an_operator_who_saw_an_unknown_mail_arrive_says_so(page, enrollment, sender):
    unknown = factories.DeliveryFactory.create(enrollment=enrollment, sender=sender, status="unknown", message_id="<one@acme.example>")
    act(page, "delivery", "mark_arrived", unknown)
    unknown.refresh_from_db()
    assert unknown.status == "sent"


def test_marking_leaves_everything_but_unknown_ones_alone(page, enrollment, sender):
    queued = factories.DeliveryFactory.create(enrollment=enrollment, sender=sender)
    act(page, "delivery", "mark_arrived", queued)
    assert Delivery.objects.get(id=queued.id).status == "queued"


def test_an_operator_suppresses_somebody_and_what_is_planned_for_them_stops(page, workspace, enrollment):
    given = {"workspace": workspace.id, "value": "Ada@customer.example", "reason": "manual", "note": "By telephone."}
    text = page.post("/admin/campaigns/suppression/add/", given, follow=True).content.decode()
    assert "No more mail goes to ada@customer.example" in text
    enrollment.refresh_from_db()
    assert enrollment.status == "suppressed"
    assert AuditEvent.objects.get(action="suppression.added").via == "admin"


@pytest.mark.parametrize(("value", "said"), [("not an address", "is not"), ("", "This field is required.")])
def test_a_wrong_suppression_comes_back_with_the_reason(page, workspace, value, said):
    response = page.post("/admin/campaigns/suppression/add/", {"workspace": workspace.id, "value": value, "reason": "manual"})
    assert said in response.content.decode()
    assert Suppression.objects.count() == 0


def test_suppressing_takes_the_right_to(client, db, workspace):
    client.force_login(factories.UserFactory.create(is_staff=True))
    assert client.get("/admin/campaigns/suppression/add/").status_code == 403


def test_the_state_of_a_campaign_or_delivery_is_not_edited(page, campaign, enrollment):
    delivery = factories.DeliveryFactory.create(enrollment=enrollment)
    assert page.post(f"/admin/campaigns/campaign/{campaign.id}/change/", {"status": "completed"}).status_code == 403
    assert page.post(f"/admin/campaigns/delivery/{delivery.id}/change/", {"status": "sent"}).status_code == 403


def test_the_file_of_an_import_is_not_shown(page, campaign):
    imported = campaign.lead_imports.create(
        workspace=campaign.workspace, content=b"email\nsecret@customer.example\n", content_digest="d" * 64, created_at=factories.NOW
    )
    assert "secret@customer.example" not in page.get(f"/admin/campaigns/csvimport/{imported.id}/change/").content.decode()


def test_an_operator_cancels_a_job(page, workspace):
    job = factories.JobFactory.create(workspace=workspace)
    assert "Jobs cancelled: 1." in act(page, "job", "cancel", job)
    job.refresh_from_db()
    assert job.status == "cancelled"
    assert AuditEvent.objects.get(action="job.cancelled").via == "admin"
