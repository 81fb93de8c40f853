"""Settings → Integrations → Own OAuth clients: programs of the workspace's own people that sign in by OAuth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from integrations.forms import NewOAuthClientForm, OAuthClientForm, RedirectCheckForm
from rocketsdr.accounts.actor import Actor
from rocketsdr.accounts.connections import list_connections
from rocketsdr.accounts.http import SignedInRequest, member_required
from rocketsdr.accounts.models import OAuthApplication
from rocketsdr.accounts.oauth import clients, redirects
from rocketsdr.accounts.oauth.clients import IssuedClient
from rocketsdr.lib.clock import now
from rocketsdr.lib.errors import DomainError, Invalid

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Refused:
    """The last address that a request asked for in vain, and what keeps it from matching."""

    uri: str
    difference: str


@require_safe
@never_cache
@member_required
def index(request: SignedInRequest) -> HttpResponse:
    """List the workspace's own clients, with how many people are connected by each; for who manages the workspace."""
    if "admin" not in request.actor.scopes:
        return render(request, "integrations/oauth_clients/index.html")
    live = Counter(each.application_id for each in list_connections(actor=request.actor) if each.revoked_at is None)
    rows = [(client, live[client.pk]) for client in clients.list_clients(actor=request.actor)]
    return render(request, "integrations/oauth_clients/index.html", {"rows": rows, "manages": True})


@require_http_methods(["GET", "POST"])
@never_cache
@member_required
@sensitive_variables("issued")
def new(request: SignedInRequest) -> HttpResponse:
    """Make a client; the page that answers is the only place that ever shows its secret."""
    request.actor.require("admin")
    form = NewOAuthClientForm(request.POST or None)
    issued = _tried(form, lambda: _made(request.actor, form)) if form.is_valid() else None
    if issued is None:
        return render(request, "integrations/oauth_clients/new.html", {"form": form, "most": redirects.MOST})
    return _with_secret(request, issued, rotated=False)


@require_http_methods(["GET", "POST"])
@never_cache
@member_required
def show(request: SignedInRequest, client_pk: int) -> HttpResponse:
    """Show a client, and change its name and addresses."""
    client = clients.get_client(actor=request.actor, client_pk=client_pk)
    kept = {"name": client.name, "redirect_uris": "\n".join(client.redirect_uris.split())}
    form = OAuthClientForm(request.POST or None, initial=kept)
    if form.is_valid() and _tried(form, lambda: _changed(request.actor, client_pk, form)):
        messages.success(request, f"“{form.cleaned_data['name']}” is saved.")
        return redirect("integrations:oauth_client", client_pk=client_pk)
    return render(request, "integrations/oauth_clients/show.html", {"form": form, **_shown(client), "check": RedirectCheckForm()})


@require_safe
@never_cache
@member_required
def check(request: SignedInRequest, client_pk: int) -> HttpResponse:
    """Say whether an address would match, and if not, what is different."""
    client = clients.get_client(actor=request.actor, client_pk=client_pk)
    form = RedirectCheckForm(request.GET)
    if not form.is_valid():
        return redirect("integrations:oauth_client", client_pk=client_pk)
    asked = form.cleaned_data["uri"]
    found = {"asked": asked, "difference": redirects.difference(asked, client.redirect_uris.split())}
    kept = {"name": client.name, "redirect_uris": "\n".join(client.redirect_uris.split())}
    shown = {"form": OAuthClientForm(initial=kept), **_shown(client), "check": form, "found": found}
    return render(request, "integrations/oauth_clients/show.html", shown)


@require_http_methods(["GET", "POST"])
@never_cache
@member_required
@sensitive_variables("issued")
def rotate(request: SignedInRequest, client_pk: int) -> HttpResponse:
    """Ask, then give a client another secret, which the page that answers shows once."""
    client = clients.get_client(actor=request.actor, client_pk=client_pk)
    if request.method == "GET":
        return render(request, "integrations/oauth_clients/rotate.html", {"client": client})
    try:
        issued = clients.rotate_secret(actor=request.actor, client_pk=client_pk)
    except DomainError as exc:
        messages.error(request, f"{exc.message} {exc.fix}")
        return redirect("integrations:oauth_client", client_pk=client_pk)
    return _with_secret(request, issued, rotated=True)


@require_POST
@member_required
def set_state(request: SignedInRequest, client_pk: int) -> HttpResponse:
    """Disable a client, or let it go on."""
    if request.POST.get("state") == "disabled":
        client = clients.disable_client(actor=request.actor, client_pk=client_pk, now=now())
        messages.success(request, f"“{client.name}” is disabled. It is refused from its next call on.")
    else:
        client = clients.enable_client(actor=request.actor, client_pk=client_pk)
        messages.success(request, f"“{client.name}” works again.")
    return redirect("integrations:oauth_client", client_pk=client_pk)


@require_http_methods(["GET", "POST"])
@never_cache
@member_required
def delete(request: SignedInRequest, client_pk: int) -> HttpResponse:
    """Ask, then delete a client with its connections."""
    client = clients.get_client(actor=request.actor, client_pk=client_pk)
    if request.method == "GET":
        return render(request, "integrations/oauth_clients/delete.html", {"client": client})
    clients.delete_client(actor=request.actor, client_pk=client_pk)
    messages.success(request, f"“{client.name}” is deleted, and whoever was connected by it is not any more.")
    return redirect("integrations:oauth_clients")


def _made(actor: Actor, form: NewOAuthClientForm) -> IssuedClient:
    given = form.cleaned_data
    confidential = given["kind"] == OAuthApplication.CLIENT_CONFIDENTIAL
    return clients.create_client(actor=actor, name=given["name"], confidential=confidential, redirect_uris=given["redirect_uris"])


def _changed(actor: Actor, client_pk: int, form: OAuthClientForm) -> OAuthApplication:
    given = form.cleaned_data
    return clients.change_client(actor=actor, client_pk=client_pk, name=given["name"], redirect_uris=given["redirect_uris"])


def _tried(form: OAuthClientForm, verb: Callable[[], T]) -> T | None:
    """Do what the form asks for, or write what is wrong beside its field."""
    try:
        return verb()
    except Invalid as exc:
        form.add_error(exc.field if exc.field in form.fields else None, f"{exc.message} {exc.fix}".strip())
    except DomainError as exc:
        form.add_error(None, f"{exc.message} {exc.fix}")
    return None


def _with_secret(request: SignedInRequest, issued: IssuedClient, *, rotated: bool) -> HttpResponse:
    shown = {"client": issued.client, "secret": issued.secret, "rotated": rotated, "server_url": f"{settings.PUBLIC_URL}/api/mcp"}
    return render(request, "integrations/oauth_clients/made.html", {**shown, "token_url": f"{settings.PUBLIC_URL}/o/token/"})


def _shown(client: OAuthApplication) -> dict[str, object]:
    uris = client.redirect_uris.split()
    refused = redirects.last_refused(client.pk)
    difference = redirects.difference(refused, uris) if refused else ""
    return {
        "client": client,
        "most": redirects.MOST,
        "refused": Refused(refused, difference) if difference else None,
        "server_url": f"{settings.PUBLIC_URL}/api/mcp",
        "token_url": f"{settings.PUBLIC_URL}/o/token/",
    }
