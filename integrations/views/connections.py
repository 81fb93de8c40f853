"""Settings → Integrations → Connected apps: who has let which client in, for what, and how to end it."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from rocketsdr.accounts.actor import READ_SCOPES, SCOPES
from rocketsdr.accounts.connections import get_connection, list_connections, revoke_connection
from rocketsdr.accounts.http import SignedInRequest, member_required
from rocketsdr.accounts.models import Connection, Membership
from rocketsdr.lib.clock import now
from rocketsdr.lib.errors import NotFound

REGISTERED = {"dcr": "Registered itself", "cimd": "Describes itself", "manual": ""}


@dataclass(frozen=True, slots=True)
class Row:
    """One connection as its line in the list says it."""

    connection: Connection
    state: str
    known_by: str

    @property
    def writes(self) -> int:
        """How many of its scopes change something."""
        return len([scope for scope in self.connection.scopes if scope not in READ_SCOPES])


@require_safe
@never_cache
@member_required
def index(request: SignedInRequest) -> HttpResponse:
    """List the connections: a member's own, and all of the workspace for who manages it."""
    manages = "admin" in request.actor.scopes
    members = set(
        Membership.objects.filter(workspace_id=request.actor.workspace_id, user__is_active=True).values_list("user_id", flat=True)
    )
    seen = [each for each in list_connections(actor=request.actor) if manages or each.user_id == request.actor.user_id]
    rows = [_row(connection, members) for connection in seen]
    shown = {"rows": [row for row in rows if row.state != "ended"], "ended": [row for row in rows if row.state == "ended"][:20]}
    return render(request, "integrations/connections/index.html", {**shown, "manages": manages})


@require_http_methods(["GET", "POST"])
@never_cache
@member_required
def revoke(request: SignedInRequest, connection_id: int) -> HttpResponse:
    """Ask before a connection is ended, then end it."""
    connection = _mine(request, connection_id)
    if request.method == "GET":
        scopes = [SCOPES[scope] for scope in SCOPES if scope in connection.scopes]
        return render(request, "integrations/connections/revoke.html", {"connection": connection, "scopes": scopes})
    revoke_connection(actor=request.actor, connection_id=connection_id, now=now())
    messages.success(request, f"“{connection.application}” is disconnected. It is refused from its next call on.")
    return redirect("integrations:connections")


def _mine(request: SignedInRequest, connection_id: int) -> Connection:
    """Return a connection that this person may see; to a member, somebody else's is not there."""
    connection = get_connection(actor=request.actor, connection_id=connection_id)
    if connection.user_id != request.actor.user_id and "admin" not in request.actor.scopes:
        raise NotFound("No such connection.", connection_id=connection_id)
    return connection


def _row(connection: Connection, members: set[int]) -> Row:
    client = connection.application
    known_by = "Own client" if client.workspace_id else REGISTERED[client.registration_source]
    return Row(connection, _state(connection, members), known_by)


def _state(connection: Connection, members: set[int]) -> str:
    if connection.revoked_at is not None:
        return "ended"
    if connection.application.disabled_at is not None:
        return "client disabled"
    return "active" if connection.user_id in members else "person gone"
