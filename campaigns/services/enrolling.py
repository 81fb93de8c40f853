"""People into a campaign, thousands at once: COPY into a staging table, then one statement for each table.

Safe beside other imports and with people whom the workspace has already. A campaign is locked by whoever enrols people in it;
leads are shared between campaigns: who is there is found, or met by ON CONFLICT, and they are locked in the order of their
addresses, so that nobody waits in a circle. Nothing is written that would change nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime

from django.db import connection, models, transaction

from campaigns.models import Campaign, Enrollment, EnrollmentStatus, Event, EventKind, LawfulBasis, Lead, LeadImport, Suppression
from campaigns.rules.csv_rows import Row
from campaigns.rules.lawful_basis import basis_of
from campaigns.services import bulk, launching

# What a value of the file replaces if it has one. The parts of a name hang together: `full_name` has a rule of its own.
_FIELDS = ("first_name", "last_name", "company", "title", "website", "linkedin_url", "phone", "city", "country")
_MERGED = ("full_name", *_FIELDS, "custom")


def _statement(template: str) -> str:
    """Fill in the names of tables and columns; values are always parameters."""
    return template.format(
        lead=_table(Lead),
        enrollment=_table(Enrollment),
        event=_table(Event),
        suppression=_table(Suppression),
        fields=", ".join(_FIELDS),
        texts=", ".join(f"{name} text NOT NULL" for name in Row._fields[1:-1]),
        own=", ".join(f"l.{name}" for name in _MERGED),
        merged=", ".join(f"m.{name}" for name in _MERGED),
        assigned=", ".join(f"{name} = changed.{name}" for name in _MERGED),
        chosen=", ".join(f"coalesce(nullif(s.{name}, ''), l.{name}) AS {name}" for name in _FIELDS),
    )


def _table(model: type[models.Model]) -> str:
    return model._meta.db_table


_STAGE = _statement(
    """CREATE TEMPORARY TABLE staged (
        line integer, {texts}, custom jsonb, source text NOT NULL, lawful_basis text NOT NULL,
        email_key text GENERATED ALWAYS AS (lower(email)) STORED
    ) ON COMMIT DROP"""
)
_ADD = _statement(
    """INSERT INTO {lead} (workspace_id, email, full_name, {fields}, custom, source, lawful_basis, made_by_id, created_at, updated_at)
    SELECT %(workspace)s, s.email, s.full_name, {fields}, s.custom, s.source, s.lawful_basis, %(import)s, %(now)s, %(now)s FROM staged s
    WHERE NOT EXISTS (SELECT FROM {lead} l WHERE l.workspace_id = %(workspace)s AND l.email_key = s.email_key AND l.archived_at IS NULL)
    ORDER BY s.email_key
    ON CONFLICT (workspace_id, email_key) WHERE archived_at IS NULL DO NOTHING"""
)
# Who is written to by a launch that was reviewed stays who they were in the review: their later e-mails are made of these values.
# Half a name ("Ada") does not replace a whole one: it changes its half, and nothing where that half is the same.
_MERGE = _statement(
    """WITH changed AS (
        SELECT l.id, {merged}
        FROM staged s
        JOIN {lead} l ON l.workspace_id = %(workspace)s AND l.email_key = s.email_key AND l.archived_at IS NULL
        CROSS JOIN LATERAL (
            SELECT {chosen}, l.custom || s.custom AS custom, CASE
                WHEN s.full_name = '' THEN l.full_name
                WHEN l.full_name = '' OR (s.first_name = '') = (s.last_name = '') THEN s.full_name
                WHEN s.first_name IN ('', l.first_name) AND s.last_name IN ('', l.last_name) THEN l.full_name
                ELSE left(trim(
                    coalesce(nullif(s.first_name, ''), l.first_name) || ' ' || coalesce(nullif(s.last_name, ''), l.last_name)
                ), 200)
            END AS full_name
        ) m
        WHERE ({own}) IS DISTINCT FROM ({merged}) AND NOT EXISTS (
            SELECT FROM {enrollment} i WHERE i.lead_id = l.id AND i.campaign_id = ANY(%(reviewed)s) AND i.status = %(active)s
        )
        ORDER BY l.email_key
        FOR NO KEY UPDATE OF l
    )
    UPDATE {lead} l SET {assigned}, updated_at = %(now)s FROM changed WHERE l.id = changed.id"""
)
_ENROL = _statement(
    """WITH enrolled AS (
        INSERT INTO {enrollment} (workspace_id, campaign_id, lead_id, sender_id, status, came_by_id, created_at, ended_at)
        SELECT l.workspace_id, %(campaign)s, l.id,
            (%(senders)s::bigint[])[1 + mod(row_number() OVER (ORDER BY s.line) - 1, %(shares)s)],
            stop.status, %(import)s, %(now)s, stop.ended_at
        FROM staged s
        JOIN {lead} l ON l.workspace_id = %(workspace)s AND l.email_key = s.email_key AND l.archived_at IS NULL
        LEFT JOIN {suppression} e ON e.workspace_id = %(workspace)s AND e.kind = %(email)s AND e.value = l.email_key
        LEFT JOIN {suppression} d ON d.workspace_id = %(workspace)s AND d.kind = %(domain)s AND d.value = l.domain
        JOIN (VALUES (false, %(active)s, NULL::timestamptz), (true, %(suppressed)s, %(now)s)) stop (here, status, ended_at)
            ON stop.here = (e.id IS NOT NULL OR d.id IS NOT NULL)
        WHERE NOT EXISTS (SELECT FROM {enrollment} i WHERE i.campaign_id = %(campaign)s AND i.lead_id = l.id)
        ORDER BY s.line
        RETURNING workspace_id, campaign_id, lead_id, status
    )
    INSERT INTO {event} (workspace_id, campaign_id, lead_id, kind, at)
    SELECT workspace_id, campaign_id, lead_id, %(happened)s, %(now)s FROM enrolled WHERE status = %(suppressed)s"""
)


@transaction.atomic
def enrol(*, campaign: Campaign, rows: Sequence[Row], lead_import: LeadImport, overwrite: bool = True, now: datetime) -> int:
    """Make leads of these people, or bring the leads up to date, and enrol them; return how many are new to the workspace.

    Where a lead comes from is what the row says, or the name of the file. Without `overwrite` nobody whom the workspace knows is changed.
    An empty cell never erases what is known. Who is suppressed is enrolled as such, so that the numbers of the campaign add up.
    Whom a reviewed launch still writes to stays as they were reviewed until their sequence ends or the campaign is paused.
    """
    senders = list(campaign.senders.order_by("id").values_list("id", flat=True))
    values: dict[str, int | str | datetime | list[int]] = {
        "workspace": campaign.workspace_id,
        "campaign": campaign.id,
        "import": lead_import.id,
        "senders": senders,
        "shares": max(len(senders), 1),
        "now": now,
        "active": EnrollmentStatus.ACTIVE,
        "suppressed": EnrollmentStatus.SUPPRESSED,
        "happened": EventKind.SUPPRESSED,
        "email": Suppression.Kind.EMAIL,
        "domain": Suppression.Kind.DOMAIN,
    }
    Campaign.objects.select_for_update(no_key=True).get(id=campaign.id)
    with connection.cursor() as cursor:
        cursor.execute(_STAGE)
        bulk.copy_rows("staged", (*Row._fields, "source", "lawful_basis"), _staged(rows, lead_import.filename))
        cursor.execute(_ADD, values)
        new: int = cursor.rowcount
        if overwrite and new < len(rows):
            cursor.execute(_MERGE, {**values, "reviewed": launching.reviewed(campaign.workspace_id)})
        cursor.execute(_ENROL, values)
        cursor.execute("DROP TABLE staged")
    return new


def _staged(rows: Sequence[Row], filename: str) -> Iterator[tuple[object, ...]]:
    for row in rows:
        source = row.custom.get("source") or filename
        said = row.custom.get("lawful_basis") or row.custom.get("legal_basis")
        basis = basis_of(said) if said else LawfulBasis.UNKNOWN
        yield *row[:-1], json.dumps(row.custom) if row.custom else "{}", source[:100], basis
