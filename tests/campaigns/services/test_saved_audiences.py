from __future__ import annotations

import pytest

from campaigns.models import Audience
from campaigns.queries.lead_previews import UnknownTargeting
from campaigns.services import directories
from campaigns.services.saved_audiences import NameTaken, delete_audience, rename_audience, save_audience
from rocketsdr.accounts.models import AuditEvent
from rocketsdr.lib.errors import Forbidden, Invalid, NotFound
from tests import factories

TARGETING = {"locations": ["germany"], "seniorities": ["vp"], "company_size_min": 51, "exclude": {"industries": ["22"]}}


@pytest.fixture
def people(db, now):
    directories.make_up(directory=directories.get_or_open(name="Shared", workspace_id=None, now=now), number=50, seed="a", now=now)


def _logged() -> list[tuple[str, int | None]]:
    return list(AuditEvent.objects.order_by("id").values_list("action", "subject_id"))


def test_an_audience_is_kept_under_its_name_and_the_log_says_by_whom(person, people, now):
    made = save_audience(actor=person, name="  German   VPs ", targeting=TARGETING, now=now)
    kept = Audience.objects.get()
    assert (kept.name, kept.targeting, kept.created_by_id, kept.created_at) == ("German VPs", TARGETING, person.user_id, now)
    assert _logged() == [("audience.saved", made.id)]


@pytest.mark.parametrize(
    "targeting", [{"seniorities": ["wizard"]}, {"exclude": {"technologies": ["Abacus"]}}, {"titles": ["Wizard of Oz"]}]
)
def test_a_value_that_is_not_known_is_refused(person, people, now, targeting):
    with pytest.raises(UnknownTargeting):
        save_audience(actor=person, name="Wizards", targeting=targeting, now=now)
    assert not Audience.objects.exists()


def test_a_targeting_of_another_form_is_refused(person, people, now):
    with pytest.raises(Invalid, match="not known"):
        save_audience(actor=person, name="Wizards", targeting={"wands": ["long"]}, now=now)


@pytest.mark.parametrize("name", ["", "   ", "W" * 101, "a\x00b", "\ud800"])
def test_an_audience_needs_a_name(person, people, now, name):
    with pytest.raises(Invalid, match="needs a name"):
        save_audience(actor=person, name=name, targeting={}, now=now)


def test_a_name_is_given_once_in_a_workspace(person, stranger, people, now):
    factories.AudienceFactory.create(workspace=stranger.workspace, name="German VPs")
    save_audience(actor=person, name="German VPs", targeting={}, now=now)
    other = save_audience(actor=person, name="Other VPs", targeting={}, now=now)
    with pytest.raises(NameTaken):
        save_audience(actor=person, name="German VPs", targeting={}, now=now)
    with pytest.raises(NameTaken):
        rename_audience(actor=person, audience_id=other.id, name="German VPs")
    assert Audience.objects.get(id=other.id).name == "Other VPs"


def test_an_audience_is_renamed_and_the_same_name_changes_nothing(person, people, now):
    made = save_audience(actor=person, name="German VPs", targeting={}, now=now)
    for _ in range(2):
        assert rename_audience(actor=person, audience_id=made.id, name="VPs").name == "VPs"
    assert _logged() == [("audience.saved", made.id), ("audience.renamed", made.id)]


def test_a_deleted_audience_is_gone_and_personas_keep_what_they_have(person, people, persona, now):
    made = save_audience(actor=person, name="German VPs", targeting={}, now=now)
    delete_audience(actor=person, audience_id=made.id)
    assert not Audience.objects.exists()
    assert _logged()[-1] == ("audience.deleted", made.id)


def test_a_strangers_audience_looks_like_a_missing_one(person, stranger):
    theirs = factories.AudienceFactory.create(workspace=stranger.workspace)
    with pytest.raises(NotFound):
        rename_audience(actor=person, audience_id=theirs.id, name="Mine now")
    with pytest.raises(NotFound):
        delete_audience(actor=person, audience_id=theirs.id)
    assert Audience.objects.get().name == theirs.name


def test_a_viewer_saves_renames_and_deletes_nothing(viewer, workspace, now):
    ours = factories.AudienceFactory.create(workspace=workspace)
    for verb in (
        lambda: save_audience(actor=viewer, name="Mine", targeting={}, now=now),
        lambda: rename_audience(actor=viewer, audience_id=ours.id, name="Mine"),
        lambda: delete_audience(actor=viewer, audience_id=ours.id),
    ):
        with pytest.raises(Forbidden):
            verb()
    assert list(Audience.objects.values_list("name", flat=True)) == [ours.name]
