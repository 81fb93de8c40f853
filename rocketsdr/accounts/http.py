"""Who a web request comes from: the signed-in person, their workspace, their address."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from ipaddress import ip_address, ip_network
from typing import Any, Concatenate, ParamSpec, cast

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from rocketsdr.accounts.actor import SCOPES, Actor, MissingScope
from rocketsdr.accounts.models import User, Workspace
from rocketsdr.accounts.services import actor_of_member

P = ParamSpec("P")
WORKSPACE_IN_SESSION = "workspace_id"
THEME_COOKIE = "theme"
THEMES = ("light", "dark")  # no cookie: what the system says
SHARED_NETWORKS = (ip_network("160.79.104.0/21"),)  # Claude's servers, which connect everybody who uses it
NO_ADDRESS = "::"  # a server that listens on a socket file sees no address: all its clients count as one


class SignedInRequest(HttpRequest):
    """A request of a signed-in person who is a member of the workspace that `actor` speaks for."""

    user: User
    actor: Actor


def member_required(view: Callable[Concatenate[SignedInRequest, P], HttpResponse]) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Send strangers to the sign-in page; give the view `request.actor` for the person's chosen workspace."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        actor = current_actor(request)
        if actor is None:
            raise PermissionDenied("You are a member of no workspace. Ask an owner to add you.")
        signed_in = cast("SignedInRequest", request)
        signed_in.actor = actor
        return view(signed_in, *args, **kwargs)

    return guarded


def scope_required(
    scope: str,
) -> Callable[[Callable[Concatenate[SignedInRequest, P], HttpResponse]], Callable[Concatenate[HttpRequest, P], HttpResponse]]:
    """Ask for a member whose role has this scope; anybody else is told what their role does not allow."""

    def decorator(view: Callable[Concatenate[SignedInRequest, P], HttpResponse]) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
        @wraps(view)
        def checked(request: SignedInRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if scope not in request.actor.scopes:
                raise MissingScope(
                    f"Your role in this workspace does not allow this: {SCOPES[scope].lower()}.",
                    fix="Ask an owner of the workspace for another role.",
                    scope=scope,
                )
            return view(request, *args, **kwargs)

        return member_required(checked)

    return decorator


def my_workspaces(request: HttpRequest) -> list[Workspace]:
    """Return the workspaces of the signed-in person, read once for a request."""
    if not isinstance(request.user, User):
        return []
    kept: dict[str, list[Workspace]] = vars(request)
    if "_my_workspaces" not in kept:
        kept["_my_workspaces"] = list(Workspace.objects.filter(memberships__user=request.user).order_by("name", "id"))
    return kept["_my_workspaces"]


def current_workspace(request: HttpRequest) -> Workspace | None:
    """Return the workspace that the person chose in this session, or their oldest one."""
    mine = sorted(my_workspaces(request), key=lambda workspace: workspace.id)
    chosen = request.session.get(WORKSPACE_IN_SESSION) if mine else None
    return next((workspace for workspace in mine if workspace.id == chosen), mine[0] if mine else None)


def current_actor(request: HttpRequest) -> Actor | None:
    """Return the signed-in person as an actor of their current workspace, or None for somebody without one."""
    chosen = current_workspace(request)
    return actor_of_member(user=request.user, workspace_id=chosen.id) if chosen and isinstance(request.user, User) else None


def choose_workspace(request: HttpRequest, workspace_id: str) -> Workspace | None:
    """Work in another workspace from now on in this session; None, and no change, when the person is no member of it."""
    chosen = next((workspace for workspace in my_workspaces(request) if str(workspace.id) == workspace_id), None)
    if chosen is not None:
        request.session[WORKSPACE_IN_SESSION] = chosen.id
    return chosen


def workspace(request: HttpRequest) -> dict[str, Any]:
    """Give every template the person's workspaces, read only where it shows them, their theme, and whether the built-in mailbox exists."""
    theme = request.COOKIES.get(THEME_COOKIE, "")
    return {
        "current_workspace": SimpleLazyObject(lambda: current_workspace(request)),
        "my_workspaces": SimpleLazyObject(lambda: my_workspaces(request)),
        "theme": theme if theme in THEMES else "",
        "embedded": settings.EMBEDDED,
    }


def client_address(request: HttpRequest) -> str:
    """Return the IP address of the client: of the connection, or what the outermost of our TRUSTED_PROXIES saw."""
    seen = str(request.META.get("REMOTE_ADDR") or "")
    hops = request.headers.get("X-Forwarded-For", "").split(",")
    # With fewer hops than proxies the request did not come through all of them, and the header is the client's own word.
    if 0 < settings.TRUSTED_PROXIES <= len(hops) and _is_address(hops[-settings.TRUSTED_PROXIES].strip()):
        return hops[-settings.TRUSTED_PROXIES].strip()
    return seen if _is_address(seen) else NO_ADDRESS


def is_shared(request: HttpRequest) -> bool:
    """Say whether the client's network speaks for many people, so that what one of them does must not count against the others."""
    return any(ip_address(client_address(request)) in network for network in SHARED_NETWORKS)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
