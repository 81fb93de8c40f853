"""Jobs: doors with one call each. PostgreSQL is the queue; a lost or doubled message changes nothing."""

from __future__ import annotations

from celery import shared_task

from campaigns.services import exporting, heartbeat, importing, jobs, launching, preparing, sending
from rocketsdr.lib.clock import now
from rocketsdr.lib.jobs import worker_name


@shared_task(name="campaigns.tick", acks_late=True)
def tick(**_: object) -> None:
    heartbeat.tick(now=now())


@shared_task(name="campaigns.import_csv", acks_late=True)
def import_csv(*, lead_import_id: int, **_: object) -> None:
    importing.run(lead_import_id=lead_import_id, now=now())


@shared_task(name="campaigns.write_first_emails", acks_late=True)
def write_first_emails(*, campaign_id: int, **_: object) -> None:
    preparing.write_first_emails(campaign_id=campaign_id, now=now())


@shared_task(name="campaigns.advance_launch", acks_late=True)
def advance_launch(*, campaign_id: int, **_: object) -> None:
    launching.advance(campaign_id=campaign_id, now=now())


@shared_task(name="campaigns.pump", acks_late=True)
def pump(*, sender_id: int, **_: object) -> None:
    sending.pump(sender_id=sender_id, worker=worker_name(), clock=now)


@shared_task(name="campaigns.run_export", acks_late=True)
def run_export(*, job_id: int, **_: object) -> None:
    exporting.run(job_id=job_id, worker=worker_name(), clock=now)


@shared_task(name="campaigns.purge_jobs", acks_late=True)
def purge_jobs(**_: object) -> None:
    jobs.purge(now=now())
