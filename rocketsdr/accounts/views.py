from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from rocketsdr.accounts import approvals, pausing
from rocketsdr.accounts.actor import parts_of
from rocketsdr.accounts.http import THEME_COOKIE, THEMES, SignedInRequest, choose_workspace, member_required
from rocketsdr.accounts.identity import names_of_credentials
from rocketsdr.accounts.models import Approval, Workspace
from rocketsdr.lib.clock import now
from rocketsdr.lib.errors import DomainError

DECIDED = 20  # of the approvals that are over, on one page
LONGEST_ID = 19  # digits
A_YEAR = 365 * 86400  # seconds


@require_POST
@login_required
def switch_workspace(request: HttpRequest) -> HttpResponse:
    """Work in another of one's workspaces from now on."""
    chosen = choose_workspace(request, request.POST.get("workspace", ""))
    if chosen is None:
        raise Http404("No such workspace.")
    messages.success(request, f"You now work in {chosen.name}.")
    return redirect(_back(request))


@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    """Show this browser all pages in light or dark from now on, or again as its system says."""
    theme, response = request.POST.get("theme", ""), redirect(_back(request))
    if theme in THEMES:
        response.set_cookie(THEME_COOKIE, theme, max_age=A_YEAR, secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax")
    else:
        response.delete_cookie(THEME_COOKIE, samesite="Lax")
    return response


@require_safe
@never_cache
@member_required
def approvals_page(request: SignedInRequest) -> HttpResponse:
    """Show what waits for a person's decision, in full, what was decided, and whether the workspace sends at all."""
    waiting, before = approvals.pending(actor=request.actor, now=now()), request.GET.get("before", "")
    over = approvals.decided(actor=request.actor, now=now(), before=_id(before), limit=DECIDED + 1)
    reviews = approvals.reviews(waiting)
    asked_with = [approval.requested_with for approval in [*waiting, *over]]
    names = names_of_credentials(workspace_id=request.actor.workspace_id, credentials=asked_with)
    shown = {
        "rows": [{**_told(approval, names), "review": reviews[approval.id]} for approval in waiting],
        "decided": [_told(approval, names) for approval in over[:DECIDED]],
        "older": over[DECIDED - 1].id if len(over) > DECIDED else None,
        "before": before,
        "workspace": Workspace.objects.get(id=request.actor.workspace_id),
        "may_decide": "oversight:write" in request.actor.scopes,
    }
    return render(request, "approvals.html", shown)


@require_POST
@member_required
def decide_approval(request: SignedInRequest, approval_id: int) -> HttpResponse:
    """Approve or reject what the person has read; the digest of the page says what that was."""
    decision, digest = request.POST.get("decision", ""), request.POST.get("digest", "")
    if decision not in ("approve", "reject"):
        raise Http404("No such decision.")

    def decide() -> None:
        note = request.POST.get("note", "").strip()
        approvals.decide(actor=request.actor, approval_id=approval_id, approve=decision == "approve", digest=digest, note=note, now=now())

    return _done(request, decide, said="Approved." if decision == "approve" else "Rejected.")


def _id(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < LONGEST_ID else None


def _told(approval: Approval, names: dict[str, str]) -> dict[str, Any]:
    """Return an approval with what people call the credential that asked; nothing for a person, and for one that is gone."""
    asked_with = [names[part] for part in parts_of(approval.requested_with) if part in names]
    return {"approval": approval, "asked_with": " + ".join(asked_with)}


@require_POST
@member_required
def pause_workspace(request: SignedInRequest) -> HttpResponse:
    """Stop all mail of the workspace."""
    return _done(request, lambda: pausing.pause(actor=request.actor, reason="By a person.", now=now()), said="All mail is stopped.")


@require_POST
@member_required
def resume_workspace(request: SignedInRequest) -> HttpResponse:
    """Let the mail of the workspace go out again."""
    return _done(request, lambda: pausing.lift(actor=request.actor, now=now()), said="Mail goes out again.")


def _back(request: HttpRequest) -> str:
    """Return the page of ours that the form was on, or the start."""
    back = request.POST.get("next", "")
    return back if url_has_allowed_host_and_scheme(back, allowed_hosts=None) else "home"


def _done(request: SignedInRequest, verb: Callable[[], object], *, said: str) -> HttpResponse:
    """Do it and say so, or say why not, on the page of the approvals."""
    try:
        verb()
    except DomainError as exc:
        messages.error(request, f"{exc.message} {exc.fix}".strip())
    else:
        messages.success(request, said)
    return redirect("approvals")
