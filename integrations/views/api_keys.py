"""Settings → Integrations → MCP API Keys: make, see and revoke the keys of scripts and agents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from integrations.forms import ApiKeyForm
from rocketsdr.accounts.actor import Actor
from rocketsdr.accounts.http import SignedInRequest, member_required
from rocketsdr.accounts.models import ApiKey, Membership
from rocketsdr.accounts.services import IssuedKey, get_api_key, issue_api_key, list_api_keys, revoke_api_key
from rocketsdr.lib.clock import now
from rocketsdr.lib.errors import DomainError, Invalid

State = Literal["active", "expired", "revoked", "maker gone"]
REVOCABLE: tuple[State, ...] = ("active", "maker gone")


@dataclass(frozen=True, slots=True)
class KeyRow:
    """One key as its line in the list says it."""

    key: ApiKey
    state: State
    may_revoke: bool


@require_safe
@never_cache
@member_required
def index(request: SignedInRequest) -> HttpResponse:
    """List the workspace's keys."""
    return render(request, "integrations/api_keys/index.html", {"rows": _rows(request.actor, now())})


@require_http_methods(["GET", "POST"])
@never_cache
@member_required
@sensitive_variables("issued")
def new(request: SignedInRequest) -> HttpResponse:
    """Make a key; the page that answers is the only place that ever shows it."""
    form = ApiKeyForm(request.POST or None, actor=request.actor)
    issued = _issue(request.actor, form) if form.is_valid() else None
    if issued is None:
        return render(request, "integrations/api_keys/new.html", {"form": form})
    shown = {"key": issued.key, "secret": issued.secret, "server_url": f"{settings.PUBLIC_URL}/api/mcp"}
    return render(request, "integrations/api_keys/made.html", shown)


@require_http_methods(["GET", "POST"])
@member_required
def revoke(request: SignedInRequest, key_id: int) -> HttpResponse:
    """Ask before a key is revoked, then revoke it."""
    key = get_api_key(actor=request.actor, key_id=key_id)
    if request.method == "GET":
        return render(request, "integrations/api_keys/revoke.html", {"key": key})
    try:
        revoke_api_key(actor=request.actor, key_id=key_id, now=now())
    except DomainError as exc:
        messages.error(request, f"{exc.message} {exc.fix}")
    else:
        messages.success(request, f"The key “{key.name}” is revoked. Whatever still uses it is refused from now on.")
    return redirect("integrations:api_keys")


def _issue(actor: Actor, form: ApiKeyForm) -> IssuedKey | None:
    given = form.cleaned_data
    try:
        return issue_api_key(actor=actor, name=given["name"], scopes=given["granted"], expires_at=form.expires_at, now=now())
    except Invalid as exc:
        form.add_error({"expires_at": "expires_on"}.get(exc.field, exc.field) or None, f"{exc.message} {exc.fix}")
    except DomainError as exc:
        form.add_error(None, f"{exc.message} {exc.fix}")
    return None


def _rows(actor: Actor, now: datetime) -> list[KeyRow]:
    members = Membership.objects.filter(workspace_id=actor.workspace_id, user__is_active=True)
    present = set(members.values_list("user_id", flat=True))
    manages = "admin" in actor.scopes
    return [
        KeyRow(key=key, state=state, may_revoke=state in REVOCABLE and (manages or key.maker_id == actor.user_id))
        for key in list_api_keys(actor=actor)
        for state in [_state(key, now, maker_gone=key.maker_id not in present)]
    ]


def _state(key: ApiKey, now: datetime, *, maker_gone: bool) -> State:
    if key.revoked_at is not None:
        return "revoked"
    if key.expires_at is not None and key.expires_at <= now:
        return "expired"
    return "maker gone" if maker_gone else "active"
