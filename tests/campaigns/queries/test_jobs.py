from dataclasses import replace

import pytest

from campaigns.queries.jobs import get_job, given_by
from rocketsdr.accounts.actor import MissingScope
from rocketsdr.lib.errors import NotFound
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def launch(workspace, actor):
    return factories.JobFactory.create(workspace=workspace, launch=True, requested_by_id=actor.user_id, credential=actor.credential)


@pytest.fixture
def export(workspace, actor):
    return factories.JobFactory.create(workspace=workspace, requested_by_id=actor.user_id, credential=actor.credential)


@pytest.mark.parametrize("which", ["launch", "export"])
def test_a_strangers_job_does_not_exist(request, stranger, which):
    job = request.getfixturevalue(which)
    answers = set()
    for job_id in (job.id, 9_999_999):
        with pytest.raises(NotFound) as refused:
            get_job(actor=stranger.actor, job_id=job_id)
        answers.add((refused.value.code, refused.value.message))
    assert len(answers) == 1


def test_who_started_a_launch_may_follow_it_whatever_else_it_may(actor, launch):
    sending_only = replace(actor, scopes=frozenset({"campaigns:send"}))
    assert get_job(actor=sending_only, job_id=launch.id) == launch
    with pytest.raises(MissingScope, match="campaigns:read"):
        get_job(actor=replace(sending_only, credential="key:9"), job_id=launch.id)
    assert get_job(actor=replace(actor, scopes=frozenset({"campaigns:read"}), credential="key:9"), job_id=launch.id) == launch


def test_an_export_needs_the_scope_of_what_it_holds_even_from_who_started_it(actor, export):
    with pytest.raises(MissingScope, match="leads:read"):
        get_job(actor=replace(actor, scopes=actor.scopes - {"leads:read"}), job_id=export.id)
    assert get_job(actor=replace(actor, scopes=frozenset({"leads:read"}), credential="key:9"), job_id=export.id) == export


def test_a_job_that_is_not_over_has_given_nothing(launch, export):
    assert given_by(launch) is None
    assert given_by(export) is None


def test_a_completed_export_gives_the_same_link_each_time_and_not_its_place_in_the_storage(workspace, now):
    stored = {"key": "exports/x/1-2.csv", "name": "leads.csv", "rows": 3, "bytes": 90}
    job = factories.JobFactory.create(workspace=workspace, status="completed", result=stored)
    given = given_by(job)
    assert given is not None
    assert given == given_by(job)
    assert given.keys() == {"download_url", "rows", "bytes", "expires_at"}
    assert given["download_url"].startswith("http://127.0.0.1:8000/exports/")
