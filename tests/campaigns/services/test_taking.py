"""People of the directories, and people who are named, become leads of a campaign."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from campaigns.models import Campaign, Lead, LeadImport, Persona
from campaigns.queries import lead_previews
from campaigns.rules.targeting.asked import targeting_of
from campaigns.services import campaigns, directories, importing, suppressions
from campaigns.services.campaigns import CampaignSpec
from campaigns.services.taking import NobodyFits, records_of
from rocketsdr.lib.errors import Conflict, Invalid, NotFound
from tests import factories


@pytest.fixture
def shared(db, now):
    directory = directories.get_or_open(name="Shared", workspace_id=None, now=now)
    directories.make_up(directory=directory, number=300, seed="a", now=now)
    return directory


@pytest.fixture
def create(actor, product, persona, sender, now):
    """Create a campaign and let its import be read, as the task does."""

    def make(*, launch=True, **fields) -> Campaign:
        spec = CampaignSpec(**{"name": "Batch 1", "product_id": product.id, "persona_id": persona.id, **fields})
        outcome = campaigns.create(actor=actor, spec=spec, launch=launch, now=now)
        for import_id in LeadImport.objects.filter(campaign=outcome.campaign).values_list("id", flat=True):
            importing.run(lead_import_id=import_id, now=now)
        outcome.campaign.refresh_from_db()
        return outcome.campaign

    return make


def test_a_targeting_becomes_leads_with_their_source_and_basis(shared, create):
    campaign = create(type="targeting", targeting=targeting_of({"seniorities": ["director"]}), max_leads=5)
    leads = Lead.objects.filter(enrollments__campaign=campaign)
    assert leads.count() == 5
    assert (campaign.type, campaign.targeting) == ("targeting", {"seniorities": ["director"]})
    for lead in leads:
        assert "Director" in lead.title
        assert lead.source == "Made up"
        assert lead.lawful_basis in ("legitimate_interest", "public_data", "consent")
        assert lead.custom["reason"] == "seniority Director"
        assert lead.custom["company_size"]
        assert lead.made_by is not None
        assert lead.made_by.kind == "targeting"


def test_without_a_targeting_the_personas_counts(shared, create, persona):
    Persona.objects.filter(id=persona.id).update(targeting={"functions": ["sales"]})
    campaign = create(type="targeting", max_leads=3)
    assert campaign.targeting == {"functions": ["sales"]}
    assert campaign.enrollments.count() == 3


def test_a_rehearsal_takes_the_same_people_as_the_act(shared, create, actor, now):
    wanted = targeting_of({"seniorities": ["manager"]})
    rehearsal = transaction.savepoint()
    create(type="targeting", targeting=wanted, max_leads=5)
    emails = set(Lead.objects.values_list("email", flat=True))
    transaction.savepoint_rollback(rehearsal)
    create(type="targeting", targeting=wanted, max_leads=5)
    assert set(Lead.objects.values_list("email", flat=True)) == emails


def test_the_next_campaign_takes_others(shared, create):
    wanted = targeting_of({"seniorities": ["manager"]})
    first, second = (create(type="targeting", targeting=wanted, max_leads=5) for _ in range(2))
    assert not set(first.enrollments.values_list("lead", flat=True)) & set(second.enrollments.values_list("lead", flat=True))


def test_who_is_suppressed_is_not_taken(shared, create, actor, now):
    wanted = targeting_of({"seniorities": ["founder"]})
    preview = lead_previews.preview(actor=actor, targeting=wanted, sample_size=25, seed="a")
    for each in preview.sample:
        suppressions.suppress(actor=actor, value=each.person.email, reason="manual", now=now)
    with pytest.raises(NobodyFits, match=r"left out: .*suppressed"):
        create(type="targeting", targeting=wanted)
    assert not Campaign.objects.exists()


def test_a_draft_takes_nobody_until_it_knows_whom(shared, create, actor, persona, product, now):
    draft = create(launch=False, type="targeting")
    assert (draft.type, draft.enrollments.count(), campaigns.missing(draft)) == ("targeting", 0, ["leads"])
    spec = CampaignSpec(product_id=product.id, persona_id=persona.id, targeting=targeting_of({"seniorities": ["vp"]}), max_leads=2)
    outcome = campaigns.finalize(actor=actor, campaign_id=draft.id, spec=spec, now=now)
    assert outcome.attached is not None
    assert outcome.attached.accepted == 2


def test_named_leads_come_by_columns_by_id_and_by_ref(shared, create, lead, actor):
    person = lead_previews.preview(actor=actor, targeting=targeting_of({}), sample_size=1, seed="a").sample[0]
    named = [
        {"email": "new@customer.example", "first_name": "New", "shoe size": "42", "notes": "two\nlines"},
        {"lead_id": lead.id},
        {"lead_ref": person.lead_ref},
        {"email": "nobody"},
    ]
    campaign = create(type="leads", leads=named)
    inside = {each.email: each for each in Lead.objects.filter(enrollments__campaign=campaign)}
    assert inside.keys() == {"new@customer.example", lead.email, person.person.email}
    assert inside["new@customer.example"].custom == {"shoe_size": "42", "notes": "two lines"}
    assert inside[person.person.email].lawful_basis == person.person.lawful_basis
    (problem,) = LeadImport.objects.get().problems.all()
    assert (problem.line, problem.code) == (5, "invalid_email")


@pytest.mark.parametrize(
    "leads", [[{}], [{"first_name": "Ada"}], [{"email": "a@b.example", "lead_id": 1}], [], [{"email": "a@b.example"}] * 1001]
)
def test_leads_that_name_nobody_or_too_many_are_refused_by_their_place(create, leads):
    with pytest.raises(Invalid) as refused:
        create(launch=False, type="leads", leads=leads)
    assert refused.value.field.startswith("leads")
    assert not Campaign.objects.exists()


def test_a_strangers_lead_and_a_strangers_person_do_not_exist(create, stranger, now):
    theirs = directories.get_or_open(name="Theirs", workspace_id=stranger.workspace.id, now=now)
    directories.make_up(directory=theirs, number=1, seed="b", now=now)
    for named in ({"lead_id": stranger.lead.id}, {"lead_ref": f"person-{theirs.people.get().id}"}):
        with pytest.raises(NotFound):
            create(launch=False, type="leads", leads=[named])


def test_however_many_are_named_they_take_one_statement_for_ids_and_one_for_refs(shared, actor, workspace):
    leads = [{"lead_id": each.id} for each in factories.LeadFactory.create_batch(20, workspace=workspace)]
    people = [{"lead_ref": f"person-{each}"} for each in shared.people.order_by("id").values_list("id", flat=True)[:20]]

    def statements(number: int) -> int:
        with CaptureQueriesContext(connection) as asked:
            records = records_of(actor=actor, leads=[*leads[:number], *people[:number]])
        assert len(records) == 2 * number
        return len(asked)

    assert statements(20) == statements(1) == 2


def test_the_first_who_does_not_exist_is_named(shared, actor, lead):
    some = shared.people.order_by("id")[0]
    with pytest.raises(NotFound, match="No such lead: 987654") as refused:
        records_of(actor=actor, leads=[{"lead_id": lead.id}, {"lead_id": "987654"}, {"lead_id": 10**30}])
    assert refused.value.context["lead_id"] == 987654
    with pytest.raises(NotFound, match=r"No such person: 'person-0'"):
        records_of(actor=actor, leads=[{"lead_ref": f"person-{some.id}"}, {"lead_ref": "person-0"}, {"lead_ref": "person-x"}])


def test_who_is_named_twice_is_read_twice(actor, lead):
    first, second = records_of(actor=actor, leads=[{"lead_id": lead.id}, {"lead_id": str(lead.id), "title": "Owner"}])
    assert (first["email"], second["email"], second["title"]) == (lead.email, lead.email, "Owner")


def test_a_campaign_that_is_full_takes_nobody(shared, create, actor, product, persona, now):
    draft = create(launch=False, targeting=targeting_of({"seniorities": ["vp"]}), max_leads=2)
    spec = CampaignSpec(product_id=product.id, persona_id=persona.id, targeting=targeting_of({"seniorities": ["head"]}))
    with pytest.raises(Conflict, match="has its 2 leads already"):
        campaigns.finalize(actor=actor, campaign_id=draft.id, spec=spec, now=now)


def test_a_file_says_where_its_leads_come_from(create):
    create(type="csv", csv_filename="fair.csv", csv_content="email,source,legal basis\nada@a.example,A fair,consent\nbob@a.example,,\n")
    found = {each.email: (each.source, each.lawful_basis) for each in Lead.objects.all()}
    assert found == {"ada@a.example": ("A fair", "consent"), "bob@a.example": ("fair.csv", "unknown")}


def test_a_lead_who_is_named_keeps_what_is_known(create, lead):
    factories.LeadFactory.create(workspace=lead.workspace, email="known@customer.example", title="Owner")
    create(type="leads", leads=[{"email": "known@customer.example", "company": "New Ltd"}])
    known = Lead.objects.get(email="known@customer.example")
    assert (known.title, known.company) == ("Owner", "New Ltd")
