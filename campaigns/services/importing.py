"""Files of leads: checked while the caller waits, read into leads by a task, every row accounted for."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

from django.db import transaction

from campaigns.models import Campaign, CampaignStatus, ImportKind, LeadImport, LeadImportProblem
from campaigns.models.lead_import import ImportStatus
from campaigns.rules import csv_rows, lead_records
from campaigns.rules.csv_rows import CsvFault, CsvTable, Rejected, Row
from campaigns.rules.lead_records import Record
from campaigns.services import bulk, enrolling, following, launching
from integrations import storage
from rocketsdr.accounts import audit, quotas
from rocketsdr.accounts.actor import Actor, job_actor
from rocketsdr.lib import progress
from rocketsdr.lib.errors import Conflict, DomainError, Invalid
from rocketsdr.lib.jobs import enqueue

OVER_MAX_LEADS = "over_max_leads"

_PROBLEM = ("lead_import_id", "line", "outcome", "code", "reason", "text")


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that will become leads of a campaign: how many of its rows are good, and what is wrong with the others."""

    lead_import: LeadImport
    accepted: int
    duplicates: int
    rejected: Sequence[Rejected]


@transaction.atomic
def attach(*, actor: Actor, campaign: Campaign, content: bytes, filename: str = "", now: datetime) -> Attached:
    """Take a file of leads into a campaign: what is wrong with it is told now, a task makes leads of it.

    A file that the campaign has already is not read again.
    """
    if filename:
        storage.check_filename(filename, field="csv_filename")
    return _attach(actor, campaign, content, filename, "csv_content", now)


@transaction.atomic
def attach_upload(*, actor: Actor, campaign: Campaign, url: str, filename: str = "", now: datetime) -> Attached:
    """Take a file into a campaign that was uploaded with a form of get_csv_upload_url."""
    if filename:
        storage.check_filename(filename, field="csv_filename")
    uploaded = storage.read_upload(actor=actor, url=url, now=now)
    return _attach(actor, campaign, uploaded.content, filename or uploaded.filename, "csv_url", now)


@transaction.atomic
def attach_records(
    *, actor: Actor, campaign: Campaign, records: Sequence[Record], kind: ImportKind, overwrite: bool = True, now: datetime
) -> Attached:
    """Take people into a campaign who come from no file, as if they stood in one: a line for each of them."""
    content = lead_records.as_csv(records)
    return _attach(actor, campaign, content, "", "leads", now, kind=kind, request={} if overwrite else {"overwrite": False})


def _attach(
    actor: Actor,
    campaign: Campaign,
    content: bytes,
    filename: str,
    field: str,
    now: datetime,
    *,
    kind: ImportKind = ImportKind.CSV,
    request: dict[str, object] | None = None,
) -> Attached:
    progress.report(0, None, "Checking the file.")
    table = _read(content, field)
    progress.report(table.data_rows, table.data_rows, "The file is checked.")
    digest = hashlib.sha256(content).hexdigest()
    campaign = Campaign.objects.select_for_update(no_key=True).get(id=campaign.id)
    rows, rejected, left_out = _divided(campaign, content, table)
    asked = {"kind": kind, "request": request or {}, "content_digest": digest}
    lead_import = _same_import(campaign, asked, left_out)
    if lead_import is None:
        quotas.use_cap(actor, "leads", number=len(rows), now=now)
        lead_import = LeadImport.objects.create(
            workspace_id=campaign.workspace_id,
            campaign=campaign,
            **asked,
            filename=filename,
            content=content,
            created_at=now,
        )
        audit.record(actor, "csv.attached", lead_import, campaign=campaign.id, rows=table.data_rows)
        enqueue("campaigns.import_csv", lead_import_id=lead_import.id)
    return Attached(lead_import, len(rows), len(table.duplicates), rejected)


def last_attached(campaign: Campaign) -> Attached | None:
    """Say of the file that came last what was said when it came: as the import has counted it, or as it will."""
    lead_import = campaign.lead_imports.standing().exclude(status=ImportStatus.FAILED).order_by("id").last()
    if lead_import is None:
        return None
    if lead_import.content is not None:  # it is emptied when the import is done
        content = bytes(lead_import.content)
        table = _read(content, "csv_content")
        rows, rejected, _ = _divided(campaign, content, table)
        return Attached(lead_import, len(rows), len(table.duplicates), rejected)
    refused = lead_import.problems.filter(outcome=LeadImportProblem.Outcome.REJECTED).order_by("line")
    rejected = [Rejected(*row) for row in refused.values_list("line", "code", "reason", "text")]
    return Attached(lead_import, lead_import.accepted + lead_import.updated, lead_import.duplicates, rejected)


def _read(content: bytes, field: str) -> CsvTable:
    try:
        csv_rows.check_size(len(content))
        return csv_rows.read(content)
    except CsvFault as fault:
        raise Invalid(fault.message, field=field, fix=fault.fix, fault=fault.code) from fault


def _same_import(campaign: Campaign, asked: dict[str, Any], left_out: int) -> LeadImport | None:
    """Return the import of the same file, asked for alike, unless it failed, was taken back, or would leave fewer rows out today."""
    same = campaign.lead_imports.standing().filter(**asked, left_out__lte=left_out)
    return same.exclude(status=ImportStatus.FAILED).defer("content").first()


@transaction.atomic
def run(*, lead_import_id: int, now: datetime) -> None:
    """Make leads of a file and enrol them in its campaign, all of it or nothing; a second run finds nothing to do."""
    waiting = LeadImport.objects.filter(id=lead_import_id, status=ImportStatus.PENDING)
    lead_import = waiting.select_for_update(skip_locked=True).first()
    if lead_import is None:
        return
    # Imports of one campaign take turns, or two of them would both use the room that max_leads leaves.
    campaign = Campaign.objects.select_for_update(no_key=True).get(id=lead_import.campaign_id)
    content = bytes(lead_import.content or b"")
    try:
        table = _readable(campaign, content)
    except DomainError as exc:
        _finish(lead_import, now, status=ImportStatus.FAILED, error=f"{exc.message} {exc.fix}".strip()[:500])
        launching.halt(campaign_id=campaign.id, reason=f"Its file could not be read: {exc.message}", now=now)
        return
    rows, rejected, left_out = _divided(campaign, content, table)
    overwrite = bool(lead_import.request.get("overwrite", True))
    new = enrolling.enrol(campaign=campaign, rows=rows, lead_import=lead_import, overwrite=overwrite, now=now)
    _keep_problems(lead_import, table, rejected)
    counts = {"accepted": new, "updated": len(rows) - new, "duplicates": len(table.duplicates), "rejected": len(rejected)}
    _finish(lead_import, now, status=ImportStatus.DONE, rows=table.data_rows, left_out=left_out, **counts)
    audit.record(job_actor(campaign.workspace_id), "csv.imported", lead_import, campaign=campaign.id, **counts)
    enqueue("campaigns.write_first_emails", campaign_id=campaign.id)


def _readable(campaign: Campaign, content: bytes) -> CsvTable:
    if campaign.status == CampaignStatus.ARCHIVED:
        raise Conflict("The campaign was archived before its file was read.")
    return _read(content, "csv_content")


def _finish(lead_import: LeadImport, now: datetime, **outcome: int | str) -> None:
    LeadImport.objects.filter(id=lead_import.id).update(content=None, finished_at=now, **outcome)
    following.settle_import(lead_import_id=lead_import.id, now=now)


def _keep_problems(lead_import: LeadImport, table: CsvTable, rejected: Sequence[Rejected]) -> None:
    outcome = LeadImportProblem.Outcome
    repeated = ((lead_import.id, row.line, outcome.DUPLICATE, "duplicate", row.reason, row.text) for row in table.duplicates)
    refused = ((lead_import.id, row.line, outcome.REJECTED, row.code, row.reason, row.text) for row in rejected)
    bulk.copy_rows(LeadImportProblem._meta.db_table, _PROBLEM, chain(repeated, refused))


# --- The limit of the campaign -------------------------------------------------------------------------------------------------


def _divided(campaign: Campaign, content: bytes, table: CsvTable) -> tuple[list[Row], list[Rejected], int]:
    """Return the rows that become leads, those that do not, and how many of these the limit alone leaves out."""
    rows, beyond = _within_max_leads(campaign, table.rows)
    return rows, [*table.rejected, *_over_max_leads(campaign, content, table, beyond)], len(beyond)


def _within_max_leads(campaign: Campaign, rows: list[Row]) -> tuple[list[Row], list[Row]]:
    """Return the rows that the campaign has room for, the first ones first, and those beyond."""
    if campaign.max_leads is None:
        return rows, []
    inside = set(campaign.enrollments.filter(lead__archived_at=None).values_list("lead__email_key", flat=True))
    room = max(campaign.max_leads - campaign.enrollments.count(), 0)
    newcomers = [row.line for row in rows if row.email_key not in inside]
    beyond = set(newcomers[room:])
    return [row for row in rows if row.line not in beyond], [row for row in rows if row.line in beyond]


def _over_max_leads(campaign: Campaign, content: bytes, table: CsvTable, beyond: list[Row]) -> list[Rejected]:
    """Return the rows beyond the limit with their original texts."""
    if not beyond:
        return []
    reason = f"The campaign takes {campaign.max_leads:,} leads (max_leads)."
    texts = csv_rows.texts_of(content, table, beyond)
    return [Rejected(row.line, OVER_MAX_LEADS, reason, text) for row, text in zip(beyond, texts, strict=True)]
