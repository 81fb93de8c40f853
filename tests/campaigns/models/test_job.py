from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from campaigns.models import Job, JobKind, JobStatus
from tests import factories

pytestmark = pytest.mark.django_db
LEASE = timedelta(seconds=60)


@pytest.fixture
def job(workspace):
    return factories.JobFactory.create(workspace=workspace)


def claim(job, worker, now):
    return Job.objects.filter(id=job.id).claim(worker=worker, lease_until=now + LEASE, now=now)


def test_one_worker_gets_a_job_until_its_lease_is_over(job, now):
    assert claim(job, "first", now)
    assert not claim(job, "second", now + LEASE - timedelta(seconds=1))
    assert claim(job, "second", now + LEASE)
    job.refresh_from_db()
    assert (job.worker, job.attempts) == ("second", 2)


@pytest.mark.parametrize("status", ["completed", "failed", "cancelled"])
def test_a_job_that_is_over_changes_no_more(job, now, status):
    rows = Job.objects.filter(id=job.id)
    assert rows.end(JobStatus(status), "It is over.", now=now) == 1
    assert rows.end(JobStatus.COMPLETED, "Again.", now=now, result={"rows": 1}) == 0
    assert rows.note(5, 10, "Working.", now=now) == 0
    assert not claim(job, "late", now)
    job.refresh_from_db()
    assert (job.status, job.message, job.result, job.done) == (status, "It is over.", None, 0)


def test_only_exports_that_nobody_works_on_are_unattended(workspace, job, now):
    factories.JobFactory.create(workspace=workspace, launch=True)
    assert not Job.objects.unattended(now, since=now - timedelta(seconds=10)).exists(), "its message may still be under way"
    assert Job.objects.unattended(now, since=now).get() == job
    claim(job, "one", now)
    assert not Job.objects.unattended(now + timedelta(seconds=59), since=now).exists()
    assert Job.objects.unattended(now + LEASE, since=now).get() == job


def test_percent_is_known_when_the_whole_is(job):
    assert job.percent is None
    told: list[int | None] = []
    for done, total, status in ((41, 100, JobStatus.WORKING), (300, 100, JobStatus.WORKING), (0, None, JobStatus.COMPLETED)):
        job.done, job.total, job.status = done, total, status
        told.append(job.percent)
    assert told == [41, 100, 100]


def test_large_work_is_asked_about_less_often(job):
    assert job.poll_after_ms == 2_000
    job.total = 50_000
    assert job.poll_after_ms == 5_000


def test_only_a_failed_job_has_an_error(job):
    assert job.error is None
    job.status, job.error_code, job.message = JobStatus.FAILED, "export_failed", "The disk is full."
    assert job.error == {"code": "export_failed", "message": "The disk is full."}


def test_a_campaign_has_one_launch_that_is_working(workspace, now):
    first = factories.JobFactory.create(workspace=workspace, launch=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.JobFactory.create(workspace=workspace, kind=JobKind.LAUNCH, campaign=first.campaign)
    Job.objects.end(JobStatus.CANCELLED, "Stopped.", now=now)
    factories.JobFactory.create(workspace=workspace, kind=JobKind.LAUNCH, campaign=first.campaign)


@pytest.mark.parametrize("fields", [{"status": "lost"}, {"kind": "dream"}, {"result": {}}, {"kind": "launch"}])
def test_the_database_refuses_a_job_that_cannot_be(workspace, fields):
    with pytest.raises(IntegrityError):
        factories.JobFactory.create(workspace=workspace, **fields)
