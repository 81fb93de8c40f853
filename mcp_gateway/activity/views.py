"""Settings → Integrations → Activity: the audit log for people, with its filters, undo, and a file of it."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from campaigns.queries.pages import Page
from campaigns.rules import csv_cells
from mcp_gateway import journal
from mcp_gateway.activity.forms import FilterForm
from mcp_gateway.activity.rows import rows
from mcp_gateway.journal import Entry
from rocketsdr.accounts import undo
from rocketsdr.accounts.actor import Actor
from rocketsdr.accounts.http import SignedInRequest, member_required
from rocketsdr.accounts.throttle import Limit, throttled
from rocketsdr.lib.clock import now
from rocketsdr.lib.errors import DomainError, Invalid

PER_PAGE = 50
MOST_IN_A_FILE = 100_000
AT_ONCE = 500
COLUMNS = (
    "id",
    "at",
    "by",
    "credential",
    "through",
    "client",
    "tool",
    "what",
    "action",
    "entity",
    "facts",
    "undo_until",
    "prev_hash",
    "hash",
)
FIELDS = {"actor": "by", "entity": "about", "from": "start", "to": "end"}  # of the log, as the form names them
NOTHING: Page[Entry] = Page([], 0, None)


@require_safe
@never_cache
@member_required
def index(request: SignedInRequest) -> HttpResponse:
    """Show a page of the log, the latest first."""
    request.actor.require("oversight:read")
    form = FilterForm(request.GET, actor=request.actor)
    page = _page(request, form)
    asked = request.GET.copy()
    asked.pop("cursor", None)
    shown = {
        "form": form,
        "rows": rows(request.actor, page.items),
        "page": page,
        "query": asked.urlencode(),
        "filtered": any(asked.values()),
        "most_in_a_file": MOST_IN_A_FILE,
    }
    return render(request, "activity/index.html", shown)


@throttled(Limit("download of the log", "10/10m"), methods=("GET",))
@require_safe
@member_required  # type: ignore[arg-type]  # to its caller a stream is an answer like any other
def download(request: SignedInRequest) -> HttpResponseBase:
    """Give what the filters leave as a CSV file, the latest first."""
    request.actor.require("oversight:read")
    form = FilterForm(request.GET, actor=request.actor)
    if not form.is_valid():
        return redirect(f"{reverse('activity')}?{request.GET.urlencode()}")
    entries = journal.every_entry(actor=request.actor, wanted=form.wanted, most=MOST_IN_A_FILE, now=now())
    headers = {"Content-Disposition": f'attachment; filename="activity-{now():%Y-%m-%d}.csv"', "Cache-Control": "no-store"}
    return StreamingHttpResponse(_file(request.actor, entries), content_type="text/csv; charset=utf-8", headers=headers)


@require_POST
@member_required
def undo_entry(request: SignedInRequest, audit_id: int) -> HttpResponse:
    """Reverse one action, and say what of it was reversed and what was not."""
    request.actor.require("oversight:read")
    try:
        outcome = undo.undo(actor=request.actor, audit_id=audit_id, now=now())
    except DomainError as exc:
        messages.error(request, f"{exc.message} {exc.fix}".strip())
    else:
        for each in outcome.undone:
            messages.success(request, each)
        for left in outcome.not_undoable:
            messages.warning(request, f"Not undone: {left.what}. {left.why}")
    back = QueryDict(request.POST.get("back", "")[:2000]).urlencode()
    return redirect(f"{reverse('activity')}?{back}" if back else "activity")


def _page(request: SignedInRequest, form: FilterForm) -> Page[Entry]:
    """Return the page that is asked for; a filter that is wrong says so at its field, and a cursor of other filters starts anew."""
    if not form.is_valid():
        return NOTHING
    cursor = request.GET.get("cursor") or None
    try:
        return journal.list_entries(actor=request.actor, wanted=form.wanted, limit=PER_PAGE, cursor=cursor, now=now())
    except Invalid as exc:
        field = FIELDS.get(exc.field, exc.field)
        form.add_error(field if field in form.fields else None, f"{exc.message} {exc.fix}")
        return NOTHING


class _Line:
    """What the csv module writes to: it gives the line back."""

    def write(self, line: str) -> str:
        return line


def _file(actor: Actor, entries: Iterator[Entry]) -> Iterator[str]:
    writer = csv.writer(_Line(), quoting=csv.QUOTE_ALL)
    yield writer.writerow(COLUMNS)
    while some := list(islice(entries, AT_ONCE)):
        told = rows(actor, some)
        lines = [writer.writerow([csv_cells.safe(str(cell)) for cell in _cells(entry, row)]) for entry, row in zip(some, told, strict=True)]
        yield "".join(lines)


def _cells(entry: Entry, row: Any) -> list[object]:
    (effect,) = entry.effects
    until = entry.undo_until.isoformat() if entry.undo_until else ""
    facts = json.dumps(effect.facts, ensure_ascii=False)
    who = [entry.id, entry.at.isoformat(), row.who, entry.actor, entry.via, entry.client, entry.tool]
    return [*who, row.sentence, effect.action, effect.entity, facts, until, entry.prev_hash, entry.hash]
