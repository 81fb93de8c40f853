"""A file of leads: what is wrong is told at once, a task reads it, and every row is accounted for."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from campaigns.models import CampaignStatus, Enrollment, Event, ImportKind, Lead, LeadImport, LeadImportProblem, Suppression
from campaigns.rules.csv_rows import MAX_BYTES
from campaigns.services import importing
from integrations import storage
from rocketsdr.accounts.models import AuditEvent
from rocketsdr.lib.errors import Invalid, NotFound
from tests import factories

pytestmark = pytest.mark.django_db

SAMPLE = b"""contact name,email,company,title
Ada Lovelace,ada@example.com,Analytical Engine,Founder
Grace Hopper,grace@example.com,"Compilers, Inc.",VP Engineering
Nobody,not an address,,
Ada Byron,ADA@example.com,,
"""


@pytest.fixture
def attach(actor, draft, now):
    def attach_to(content=SAMPLE, campaign=draft, filename="", at=now):
        return importing.attach(actor=actor, campaign=campaign, content=content, filename=filename, now=at)

    return attach_to


@pytest.fixture
def load(attach, now):
    """Attach a file and run its task three times, as a broker that repeats itself has it run."""

    def attach_and_run(*args, at=now, **kwargs):
        attached = attach(*args, at=at, **kwargs)
        for _ in range(3):
            importing.run(lead_import_id=attached.lead_import.id, now=at)
        return LeadImport.objects.get(id=attached.lead_import.id)

    return attach_and_run


def counts(lead_import):
    return {name: getattr(lead_import, name) for name in ("accepted", "updated", "duplicates", "rejected")}


def untouched():
    return list(Lead.objects.order_by("id").values()), list(Enrollment.objects.order_by("id").values())


# --- What the caller is told at once ---------------------------------------------------------------------------------------------


def test_the_caller_hears_at_once_what_is_wrong_with_which_row(attach, jobs):
    attached = attach(filename="batch-1.csv")
    assert (attached.accepted, attached.duplicates) == (2, 1)
    assert [(row.line, row.code, row.text) for row in attached.rejected] == [(4, "invalid_email", "Nobody,not an address,,")]
    stored = attached.lead_import
    assert (stored.status, stored.filename, bytes(stored.content)) == ("pending", "batch-1.csv", SAMPLE)
    assert jobs.waiting == [("campaigns.import_csv", {"lead_import_id": stored.id})]
    assert not Lead.objects.exists()


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "empty_file"),
        (b"email,name\n", "no_rows"),
        (b"name,company\nAda,Engines\n", "no_email_column"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "not_text"),
        (b"email\n" + b"x" * MAX_BYTES, "too_large"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_a_way_out(attach, content, fault):
    with pytest.raises(Invalid) as refused:
        attach(content)
    assert refused.value.field == "csv_content"
    assert refused.value.context["fault"] == fault
    assert refused.value.fix
    assert not LeadImport.objects.exists()


def test_the_refusal_of_a_big_file_names_its_size_and_the_limit(attach):
    with pytest.raises(Invalid, match="3,145,734 bytes") as refused:
        attach(b"email\n" + b"x" * 3 * 1024 * 1024)
    assert "2 MB" in refused.value.message
    assert "Split it" in refused.value.fix


@pytest.mark.parametrize("filename", ["leads.xlsx", "leads", "../leads.csv", "a\\b.csv", "x" * 100 + ".csv", "a\n.csv"])
def test_a_name_that_is_no_csv_files_is_refused(attach, filename):
    with pytest.raises(Invalid) as refused:
        attach(filename=filename)
    assert refused.value.field == "csv_filename"


def test_the_same_content_twice_is_one_import(attach, load, jobs):
    first = attach()
    again = attach()
    assert again.lead_import.id == first.lead_import.id
    assert (again.accepted, again.duplicates, list(again.rejected)) == (first.accepted, first.duplicates, list(first.rejected))
    load()
    assert attach().lead_import.id == first.lead_import.id
    assert jobs.names.count("campaigns.import_csv") == 1


def test_the_same_list_is_taken_again_when_it_is_to_change_who_is_known(actor, draft, now):
    def take(*, overwrite):
        named = [{"email": "ada@example.com", "title": "CTO"}]
        return importing.attach_records(actor=actor, campaign=draft, records=named, kind=ImportKind.LEADS, overwrite=overwrite, now=now)

    careful = take(overwrite=False).lead_import
    assert take(overwrite=False).lead_import.id == careful.id
    assert take(overwrite=True).lead_import.id != careful.id


def test_what_was_said_of_the_file_is_said_again_before_and_after_the_import(attach, load, draft):
    assert importing.last_attached(draft) is None
    told = attach()
    waiting = importing.last_attached(draft)
    load()
    done = importing.last_attached(draft)
    for again in (waiting, done):
        assert again is not None
        assert (again.lead_import.id, again.accepted, again.duplicates) == (told.lead_import.id, told.accepted, told.duplicates)
        assert list(again.rejected) == list(told.rejected)


# --- What the task does ----------------------------------------------------------------------------------------------------------


def test_every_row_ends_in_one_of_the_four_counts(load, draft, jobs):
    loaded = load()
    assert (loaded.status, loaded.rows, loaded.content) == ("done", 4, None)
    assert counts(loaded) == {"accepted": 2, "updated": 0, "duplicates": 1, "rejected": 1}
    problems = LeadImportProblem.objects.order_by("line").values_list("line", "outcome", "code", "text")
    assert list(problems) == [
        (4, "rejected", "invalid_email", "Nobody,not an address,,"),
        (5, "duplicate", "duplicate", "Ada Byron,ADA@example.com,,"),
    ]
    ada, grace = Lead.objects.order_by("email")
    assert (ada.email, ada.full_name, ada.first_name, ada.company, ada.title) == (
        "ada@example.com",
        "Ada Lovelace",
        "Ada",
        "Analytical Engine",
        "Founder",
    )
    assert grace.company == "Compilers, Inc."
    assert jobs.waiting[-1] == ("campaigns.write_first_emails", {"campaign_id": draft.id})
    assert jobs.names.count("campaigns.write_first_emails") == 1


def test_leads_are_enrolled_in_the_order_of_the_file_and_shared_out_among_the_senders(load, draft, sender, workspace):
    other = factories.SenderFactory.create(workspace=workspace)
    draft.senders.add(other)
    load(b"email\nzoe@example.com\nyan@example.com\nada@example.com\n")
    enrolled = Enrollment.objects.order_by("id").values_list("lead__email", "sender_id", "status")
    assert list(enrolled) == [
        ("zoe@example.com", sender.id, "active"),
        ("yan@example.com", other.id, "active"),
        ("ada@example.com", sender.id, "active"),
    ]


def test_a_campaign_without_senders_takes_leads_too(load, draft):
    draft.senders.clear()
    load()
    assert Enrollment.objects.filter(sender=None).count() == 2


def test_the_same_file_in_two_campaigns_enrols_the_same_leads(load, workspace, now):
    load()
    leads = list(Lead.objects.order_by("id").values())
    second = factories.CampaignFactory.create(workspace=workspace)
    loaded = load(campaign=second, at=now + timedelta(hours=1))
    assert counts(loaded) == {"accepted": 0, "updated": 2, "duplicates": 1, "rejected": 1}
    assert list(Lead.objects.order_by("id").values()) == leads
    assert Enrollment.objects.count() == 4


def test_a_file_that_says_the_same_changes_nothing(load, now):
    load()
    before = untouched()
    loaded = load(SAMPLE + b"\n", at=now + timedelta(hours=1))  # another digest, the same rows
    assert counts(loaded) == {"accepted": 0, "updated": 2, "duplicates": 1, "rejected": 1}
    assert untouched() == before


def test_values_of_the_file_win_and_empty_cells_erase_nothing(load, now):
    load(b"email,company,city,Team size\nada@example.com,Engines,London,5\n")
    later = now + timedelta(hours=1)
    load(b"email,company,title,city,Hobby\nAda@Example.com,Engines Ltd,Founder,,West\n", at=later)
    ada = Lead.objects.get()
    assert (ada.email, ada.company, ada.title, ada.city) == ("ada@example.com", "Engines Ltd", "Founder", "London")
    assert ada.custom == {"team_size": "5", "hobby": "West"}
    assert (ada.created_at, ada.updated_at) == (now, later)


@pytest.mark.parametrize(
    ("second", "names"),
    [
        (b"first name,email\nAda,ada@example.com\n", ("Dr. Ada Lovelace", "Ada", "Lovelace")),
        (b"first name,email\nAugusta,ada@example.com\n", ("Augusta Lovelace", "Augusta", "Lovelace")),
        (b"last name,email\nByron,ada@example.com\n", ("Ada Byron", "Ada", "Byron")),
        (b"full name,email\nAda King,ada@example.com\n", ("Ada King", "Ada", "King")),
        (b"company,email\nEngines,ada@example.com\n", ("Dr. Ada Lovelace", "Ada", "Lovelace")),
    ],
)
def test_half_a_name_changes_its_half_and_no_more(load, second, names):
    load(b"full name,email\nDr. Ada Lovelace,ada@example.com\n")
    load(second)
    ada = Lead.objects.get()
    assert (ada.full_name, ada.first_name, ada.last_name) == names


def test_an_archived_lead_stays_so_and_a_new_one_is_made(load, workspace, now):
    old = factories.LeadFactory.create(workspace=workspace, email="ada@example.com", archived_at=now)
    assert counts(load())["accepted"] == 2
    assert Enrollment.objects.filter(lead=old).count() == 0


def test_another_workspaces_lead_of_the_same_address_is_left_alone(load, stranger):
    theirs = factories.LeadFactory.create(workspace=stranger.workspace, email="ada@example.com", company="Initech")
    assert counts(load())["accepted"] == 2
    theirs.refresh_from_db()
    assert theirs.company == "Initech"
    assert not Enrollment.objects.filter(lead=theirs).exists()


def test_suppressed_leads_are_enrolled_as_such_so_that_the_numbers_add_up(load, workspace, stranger, now):
    for place, kind, value in (
        (workspace, "email", "ada@example.com"),
        (workspace, "domain", "example.org"),
        (stranger.workspace, "email", "grace@example.com"),
    ):
        Suppression.objects.create(workspace=place, kind=kind, value=value, reason="manual", created_at=now)
    loaded = load(SAMPLE + b"Linus,linus@example.org,,\n")
    assert counts(loaded)["accepted"] == 3
    enrolled = dict(Enrollment.objects.filter(workspace=workspace).values_list("lead__email", "status"))
    assert enrolled == {"ada@example.com": "suppressed", "grace@example.com": "active", "linus@example.org": "suppressed"}
    ended = set(Enrollment.objects.filter(status="suppressed").values_list("ended_at", flat=True))
    assert ended == {now}
    events = Event.objects.filter(workspace=workspace).values_list("lead__email", "kind", "at", "step")
    assert sorted(events) == [("ada@example.com", "suppressed", now, None), ("linus@example.org", "suppressed", now, None)]


def test_somebody_who_is_enrolled_already_stays_as_they_are(load, draft):
    load()
    Enrollment.objects.filter(lead__email="ada@example.com").update(status="unsubscribed")
    load(SAMPLE + b"\n")
    assert Enrollment.objects.get(lead__email="ada@example.com").status == "unsubscribed"
    assert Enrollment.objects.count() == 2


def test_the_audit_log_counts_and_names_nobody(load):
    load()
    attached, imported = AuditEvent.objects.order_by("sequence")
    assert (attached.action, attached.facts["rows"]) == ("csv.attached", 4)
    assert (imported.action, imported.facts["accepted"]) == ("csv.imported", 2)
    assert "example.com" not in str([attached.facts, imported.facts])


# --- The limit of the campaign ---------------------------------------------------------------------------------------------------


def test_rows_beyond_max_leads_are_rejected_with_their_reason_and_text(load, attach, draft):
    draft.max_leads = 2
    draft.save()
    content = b'email,note\na@example.com,\n\nb@example.com,\nc@example.com,"two\nlines"\n,,\nd@example.com,"x, y"\n'
    told = attach(content)
    assert (told.accepted, len(told.rejected)) == (2, 2)
    loaded = load(content)
    assert counts(loaded) == {"accepted": 2, "updated": 0, "duplicates": 0, "rejected": 2}
    assert loaded.left_out == 2
    beyond = LeadImportProblem.objects.filter(code="over_max_leads").order_by("line").values_list("line", "text", "reason")
    reason = "The campaign takes 2 leads (max_leads)."
    assert list(beyond) == [(5, 'c@example.com,"two\nlines"', reason), (8, 'd@example.com,"x, y"', reason)]
    assert not Lead.objects.filter(email="c@example.com").exists()


def test_rows_beyond_max_leads_keep_the_text_of_the_file_where_quotation_marks_are_written_with_a_backslash(load, draft):
    draft.max_leads = 1
    draft.save()
    loaded = load(b'email,note\na@example.com,\nb@example.com,"The \\"two\nlines\\" one"\nc@example.com,"a \\"b\\", c"\n')
    assert counts(loaded) == {"accepted": 1, "updated": 0, "duplicates": 0, "rejected": 2}
    beyond = loaded.problems.order_by("line").values_list("line", "text")
    assert list(beyond) == [(3, 'b@example.com,"The \\"two\nlines\\" one"'), (5, 'c@example.com,"a \\"b\\", c"')]


def test_who_is_enrolled_already_needs_no_room(load, draft):
    load(b"email\na@example.com\nb@example.com\n")
    draft.max_leads = 3
    draft.save()
    loaded = load(b"email\nx@example.com\ny@example.com\nb@example.com\n")
    assert counts(loaded) == {"accepted": 1, "updated": 1, "duplicates": 0, "rejected": 1}
    assert set(Enrollment.objects.values_list("lead__email", flat=True)) == {"a@example.com", "b@example.com", "x@example.com"}


def test_the_same_file_is_read_again_when_the_campaign_takes_more_of_it(load, attach, draft):
    draft.max_leads = 1
    draft.save()
    first = load()
    assert attach().lead_import.id == first.id
    draft.max_leads = 10
    draft.save()
    second = load()
    assert second.id != first.id
    assert counts(second) == {"accepted": 1, "updated": 1, "duplicates": 1, "rejected": 1}


# --- What cannot be read ---------------------------------------------------------------------------------------------------------


def test_a_file_that_turns_out_unreadable_fails_for_all_to_see_and_is_not_tried_again(attach, now, jobs):
    attached = attach()
    LeadImport.objects.update(content=b"\x00\x01\x02")
    for _ in range(3):
        importing.run(lead_import_id=attached.lead_import.id, now=now)
    failed = LeadImport.objects.get()
    assert (failed.status, failed.content, failed.finished_at) == ("failed", None, now)
    assert failed.error
    assert "campaigns.write_first_emails" not in jobs.names
    assert attach().lead_import.id != failed.id


def test_the_file_of_an_archived_campaign_is_not_read(attach, draft, now):
    attached = attach()
    draft.status = CampaignStatus.ARCHIVED
    draft.save()
    importing.run(lead_import_id=attached.lead_import.id, now=now)
    assert LeadImport.objects.get().status == "failed"
    assert not Lead.objects.exists()


def test_an_import_that_is_gone_is_no_work(now):
    importing.run(lead_import_id=987654, now=now)


# --- Uploaded files --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def upload(actor, now):
    def upload_as(who=actor, content=SAMPLE, filename="batch-1.csv"):
        from django.core.files.uploadedfile import SimpleUploadedFile

        offer = storage.offer_upload(actor=who, filename=filename, now=now)
        storage.receive_upload(fields=offer.fields, file=SimpleUploadedFile(filename, content), now=now)
        return offer.gcs_url

    return upload_as


def test_an_uploaded_file_is_attached_by_its_address(actor, draft, upload, now):
    attached = importing.attach_upload(actor=actor, campaign=draft, url=upload(), now=now)
    assert (attached.accepted, attached.lead_import.filename) == (2, "batch-1.csv")
    importing.run(lead_import_id=attached.lead_import.id, now=now)
    assert Lead.objects.count() == 2


def test_a_given_name_wins_over_the_uploads(actor, draft, upload, now):
    attached = importing.attach_upload(actor=actor, campaign=draft, url=upload(), filename="mine.csv", now=now)
    assert attached.lead_import.filename == "mine.csv"


def test_an_uploaded_file_that_is_no_csv_is_the_fault_of_csv_url(actor, draft, upload, now):
    with pytest.raises(Invalid) as refused:
        importing.attach_upload(actor=actor, campaign=draft, url=upload(content=b"name\nAda\n"), now=now)
    assert refused.value.field == "csv_url"


def test_another_workspaces_upload_looks_like_a_missing_one(actor, draft, upload, stranger, now):
    theirs = upload(stranger.actor)
    missing = theirs.replace(theirs.split("/")[-2], "00000000-0000-0000-0000-000000000000")
    said = []
    for url in (theirs, missing):
        with pytest.raises(NotFound) as refused:
            importing.attach_upload(actor=actor, campaign=draft, url=url, now=now)
        said.append((refused.value.message, refused.value.fix))
    assert said[0] == said[1]


@pytest.mark.parametrize("url", ["https://evil.example/uploads/x.csv", "file:///etc/passwd", "", "http://127.0.0.1:8000/uploadsx/a/b.csv"])
def test_an_address_that_is_not_ours_is_refused(actor, draft, now, url):
    with pytest.raises(Invalid) as refused:
        importing.attach_upload(actor=actor, campaign=draft, url=url, now=now)
    assert refused.value.field == "csv_url"


@pytest.mark.django_db(transaction=True)
def test_an_import_that_breaks_off_leaves_nothing_behind(attach, now, monkeypatch):
    attached = attach()
    monkeypatch.setattr(importing, "_finish", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        importing.run(lead_import_id=attached.lead_import.id, now=now)
    assert not Lead.objects.exists()
    assert LeadImport.objects.get().status == "pending"
    monkeypatch.undo()
    with transaction.atomic():
        importing.run(lead_import_id=attached.lead_import.id, now=now)
    assert Lead.objects.count() == 2
