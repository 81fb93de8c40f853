"""Jobs of the integrations."""

from __future__ import annotations

from celery import shared_task

from integrations import downloads, leads_data, storage
from rocketsdr.lib.clock import now


@shared_task(name="integrations.purge_uploads", acks_late=True)
def purge_uploads(**_: object) -> None:
    """Delete the files of uploads that nobody fetched."""
    storage.purge_uploads(now=now())


@shared_task(name="integrations.purge_downloads", acks_late=True)
def purge_downloads(**_: object) -> None:
    """Delete the files whose links are over."""
    downloads.purge(now=now())


@shared_task(name="integrations.purge_lead_data", acks_late=True)
def purge_lead_data(**_: object) -> None:
    """Delete the answers of vendors that may not be kept any longer."""
    leads_data.purge(now=now())
