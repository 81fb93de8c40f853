"""Whatever files come in whatever order, or all at once: the leads are those that a few lines of Python work out, the counts add up."""

from __future__ import annotations

import csv
import threading
from datetime import timedelta
from io import StringIO

import pytest
from django.db import connection
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from campaigns.models import Enrollment, Event, Lead, LeadImport, Suppression
from campaigns.rules import csv_rows
from campaigns.services import importing, launching
from rocketsdr.accounts import approvals
from rocketsdr.accounts.actor import job_actor
from tests import factories

pytestmark = pytest.mark.django_db

HEADER = ("email", "full name", "first name", "last name", "company", "country", "Team size", "Größe")
FIELDS = ("company", "title", "website", "linkedin_url", "phone", "city", "country")


def _written(rows):
    text = StringIO()
    csv.writer(text).writerows([HEADER, *rows])
    return text.getvalue().encode()


addresses = st.sampled_from(
    ["ada@example.com", "Ada@Example.com", "bob@example.org", "cem@example.net", "dora@x.example.com", "no address", ""]
)
cells = st.sampled_from(
    ["", "", "Ada", "Lovelace", "Ada Lovelace", "Dr. Ada King", 'Say "hi", twice', "two\nlines", "\\N", "\\", "\t", "日本", "{1,2}"]
)
lines = st.tuples(addresses, *[cells] * (len(HEADER) - 1))
files = st.lists(lines.filter(lambda row: "".join(row).strip()), min_size=1, max_size=8).map(_written)
suppressions = st.sets(
    st.sampled_from([("email", "ada@example.com"), ("email", "cem@example.net"), ("domain", "example.org"), ("domain", "com")])
)


class Model:
    """What a workspace and one campaign should hold."""

    def __init__(self, stopped, max_leads):
        self.stopped, self.max_leads = stopped, max_leads
        self.leads, self.enrolled, self.order = {}, {}, []

    def take_in(self, content):
        """Return the counts of this file."""
        table = csv_rows.read(content)
        counts = {"accepted": 0, "updated": 0, "duplicates": len(table.duplicates), "rejected": len(table.rejected)}
        for row in table.rows:
            if row.email_key not in self.enrolled and self.max_leads is not None and len(self.enrolled) >= self.max_leads:
                counts["rejected"] += 1
                continue
            counts["updated" if row.email_key in self.leads else "accepted"] += 1
            self.leads[row.email_key] = merged(self.leads.get(row.email_key), row)
            self.enrolled.setdefault(row.email_key, self._status(row.email_key))
        return counts

    def _status(self, address):
        stops = {("email", address), ("domain", address.partition("@")[2])}
        return "suppressed" if stops & self.stopped else "active"


def merged(known, row):
    if known is None:
        return {"email": row.email, **row._asdict(), "custom": row.custom}
    after = {**known, "custom": {**known["custom"], **row.custom}}
    for name in (*FIELDS, "first_name", "last_name"):
        after[name] = getattr(row, name) or known[name]
    halves = [name for name in ("first_name", "last_name") if getattr(row, name)]
    if row.full_name and (len(halves) != 1 or not known["full_name"]):
        after["full_name"] = row.full_name
    elif row.full_name and known[halves[0]] != getattr(row, halves[0]):
        after["full_name"] = f"{after['first_name']} {after['last_name']}".strip()
    return after


def stored(workspace):
    names = ("email", "full_name", "first_name", "last_name", *FIELDS, "custom")
    return {lead.email_key: {name: getattr(lead, name) for name in names} for lead in Lead.objects.filter(workspace=workspace)}


def everything(workspace):
    tables = (Lead, Enrollment, Event)
    return [list(table.objects.filter(workspace=workspace).order_by("id").values()) for table in tables]


@settings(
    max_examples=30, deadline=None, phases=[Phase.explicit, Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(contents=st.lists(files, min_size=1, max_size=3), stopped=suppressions, max_leads=st.sampled_from([None, None, 1, 3]))
def test_leads_and_counts_are_what_the_files_say_and_the_same_file_changes_nothing(db, now, contents, stopped, max_leads):
    workspace = factories.WorkspaceFactory.create()
    campaign = factories.CampaignFactory.create(workspace=workspace, max_leads=max_leads)
    for kind, value in stopped:
        Suppression.objects.create(workspace=workspace, kind=kind, value=value, reason="manual", created_at=now)
    model = Model(stopped, max_leads)
    for place, content in enumerate(contents):
        unlike = content + b"\r\n" * place
        assert load(campaign, unlike, now + timedelta(hours=place)) == model.take_in(content)
    kept = {address: {name: lead[name] for name in stored(workspace)[address]} for address, lead in model.leads.items()}
    assert stored(workspace) == kept
    enrolled = Enrollment.objects.filter(campaign=campaign).values_list("lead__email_key", "status")
    assert dict(enrolled.order_by("id")) == model.enrolled
    assert list(dict(enrolled.order_by("id"))) == list(model.enrolled)
    assert Event.objects.filter(campaign=campaign, kind="suppressed").count() == list(model.enrolled.values()).count("suppressed")
    before = everything(workspace)
    again = load(campaign, contents[-1] + b"\r\n" * 9, now + timedelta(days=1))
    assert again["accepted"] == 0
    assert everything(workspace) == before


def load(campaign, content, at):
    attached = importing.attach(actor=job_actor(campaign.workspace_id), campaign=campaign, content=content, now=at)
    importing.run(lead_import_id=attached.lead_import.id, now=at)
    done = LeadImport.objects.get(id=attached.lead_import.id)
    assert done.status == "done"
    assert done.rows == csv_rows.read(content).data_rows == done.accepted + done.updated + done.duplicates + done.rejected
    assert done.problems.count() == done.duplicates + done.rejected
    assert attached.accepted == done.accepted + done.updated
    assert len(attached.rejected) == done.rejected
    return {name: getattr(done, name) for name in ("accepted", "updated", "duplicates", "rejected")}


# --- Several at once -------------------------------------------------------------------------------------------------------------


def at_once(*calls):
    """Run calls in threads with connections of their own; return what they raised."""
    raised = []

    def run(call):
        try:
            call()
        except Exception as exc:  # noqa: BLE001 - whatever it is, the test shows it
            raised.append(exc)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[call]) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def attach(campaign, content, now):
    """Attach a file; return what its task will do."""
    attached = importing.attach(actor=job_actor(campaign.workspace_id), campaign=campaign, content=content, now=now)
    return lambda: importing.run(lead_import_id=attached.lead_import.id, now=now)


@pytest.mark.django_db(transaction=True)
def test_two_campaigns_may_import_the_same_new_people_at_the_same_time(draft, workspace, now):
    people = [f"p{number}@example.com,Company {number}" for number in range(400)]
    known = [f"k{number}@example.com,Known {number}" for number in range(400)]
    attach(draft, "\n".join(["email,company", *known]).encode(), now)()
    files = [[*people, *known], [*reversed(people), *(f"{row}!" for row in reversed(known))], [*known[::-1], *people[200:]]]
    campaigns = factories.CampaignFactory.create_batch(len(files), workspace=workspace)
    tasks = [attach(campaign, "\n".join(["email,company", *rows]).encode(), now) for campaign, rows in zip(campaigns, files, strict=True)]
    assert at_once(*tasks) == []
    done = LeadImport.objects.filter(status="done").order_by("id")[1:]
    assert [each.rows for each in done] == [800, 800, 600]
    assert sum(each.accepted for each in done) == 400
    assert Lead.objects.count() == 800
    assert Enrollment.objects.count() == 400 + 800 + 800 + 600


@pytest.mark.django_db(transaction=True)
def test_a_task_that_runs_thrice_at_once_imports_once(draft, now):
    task = attach(draft, b"email\nada@example.com\ngrace@example.com\n", now)
    assert at_once(task, task, task) == []
    assert LeadImport.objects.get().accepted == 2
    assert Enrollment.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_files_of_one_campaign_share_the_room_that_max_leads_leaves(draft, now):
    draft.max_leads = 5
    draft.save()
    files = [b"email\n" + b"".join(b"%s%d@example.com\n" % (who, number) for number in range(4)) for who in (b"a", b"b")]
    assert at_once(*(attach(draft, content, now) for content in files)) == []
    assert Enrollment.objects.count() == 5
    assert sum(each.left_out for each in LeadImport.objects.all()) == 3


@pytest.mark.parametrize(
    ("campaign", "approval", "enrolled", "changed"),
    [
        ("scheduled", "pending", "active", False),
        ("running", "approved", "active", False),
        ("completed", "approved", "active", False),
        ("running", "approved", "finished", True),
        ("running", "withdrawn", "active", True),
        ("running", None, "active", True),
        ("paused", "approved", "active", True),
    ],
)
def test_a_file_leaves_those_alone_whom_a_reviewed_launch_still_writes_to(draft, workspace, now, campaign, approval, enrolled, changed):
    lead = factories.LeadFactory.create(workspace=workspace, email="ada@customer.example", first_name="Ada")
    other = factories.CampaignFactory.create(workspace=workspace, running=True)
    type(other).objects.filter(id=other.id).update(status=campaign)
    factories.EnrollmentFactory.create(campaign=other, lead=lead, status=enrolled)
    if approval:
        asks = {"kind": launching.KIND, "subject_id": other.id, "digest": "d" * 64, "text": "Send it.", "now": now}
        filed = approvals.file(actor=job_actor(workspace.id), **asks)
        type(filed).objects.filter(id=filed.id).update(status=approval)
    importing.attach(actor=job_actor(workspace.id), campaign=draft, content=b"first name,email\nEve,Ada@Customer.example", now=now)
    importing.run(lead_import_id=draft.lead_imports.get().id, now=now)
    lead.refresh_from_db()
    assert (lead.first_name == "Eve") is changed
    assert draft.enrollments.filter(lead=lead).count() == 1
