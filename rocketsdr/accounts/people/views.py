"""Settings → Members, the page behind an invitation's link, and a workspace of one's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from allauth.account.utils import perform_login
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rocketsdr.accounts.http import WORKSPACE_IN_SESSION, SignedInRequest, member_required
from rocketsdr.accounts.models import Invitation, Membership, User, Workspace
from rocketsdr.accounts.people import invitations, joining, members
from rocketsdr.accounts.people.forms import InviteForm, JoinForm, WorkspaceForm
from rocketsdr.accounts.people.roles import MEANING, manageable
from rocketsdr.accounts.services import open_workspace
from rocketsdr.lib.clock import now
from rocketsdr.lib.errors import DomainError, Invalid

INVITATION_IN_SESSION = "invitation"
T = TypeVar("T")


# --- Members -------------------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@never_cache
@member_required
def members_page(request: SignedInRequest) -> HttpResponse:
    """List the workspace's people and open invitations; invite one more."""
    form = InviteForm(request.POST or None, roles=_roles(request))
    if request.method == "POST":
        request.actor.require("admin")
        if form.is_valid() and _invited(request, form):
            return redirect("members")
    return render(request, "people/members.html", _shown(request, form))


def _invited(request: SignedInRequest, form: InviteForm) -> Invitation | None:
    try:
        made = invitations.invite(actor=request.actor, email=form.cleaned_data["email"], role=form.cleaned_data["role"], now=now())
    except DomainError as exc:
        form.refuse(exc)
        return None
    messages.success(request, f"{made.email} gets a mail with a link. It works once, for a week.")
    return made


def _roles(request: SignedInRequest) -> tuple[str, ...]:
    """Return the roles that the person at the page may give."""
    return manageable(members.role_of(request.actor)) if "admin" in request.actor.scopes else ()


def _shown(request: SignedInRequest, form: InviteForm) -> dict[str, object]:
    roles = _roles(request)
    people = [
        {
            "member": member,
            "is_me": member.user_id == request.actor.user_id,
            "may_manage": member.role in roles,
            "means": MEANING[member.role],
        }
        for member in members.list_members(actor=request.actor)
    ]
    return {
        "people": people,
        "roles": roles,
        "form": form,
        "invitations": invitations.list_invitations(actor=request.actor) if roles else [],
        "most_tries": invitations.MOST_TRIES,
        "now": now(),
    }


@require_POST
@member_required
def change_role(request: SignedInRequest, membership_id: int) -> HttpResponse:
    """Give a member another role."""
    role = request.POST.get("role", "")
    return _done(
        request,
        lambda: members.change_role(actor=request.actor, membership_id=membership_id, role=role, now=now()),
        said=lambda member: f"{member.user.email} is {_article(member.role)} {member.role} now.",
    )


@require_http_methods(["GET", "POST"])
@member_required
def remove_member(request: SignedInRequest, membership_id: int) -> HttpResponse:
    """Ask before somebody is removed, then remove them."""
    member = members.get_member(actor=request.actor, membership_id=membership_id)
    if request.method == "GET":
        return render(request, "people/remove.html", {"member": member})
    return _done(
        request,
        lambda: members.remove(actor=request.actor, membership_id=membership_id, now=now()),
        said=lambda member: f"{member.user.email} is no member any more.",
    )


@require_http_methods(["GET", "POST"])
@member_required
def leave(request: SignedInRequest) -> HttpResponse:
    """Ask before the person leaves, then let them go."""
    if request.method == "GET":
        return render(request, "people/leave.html")
    name = Workspace.objects.get(id=request.actor.workspace_id).name
    done = _done(request, lambda: members.leave(actor=request.actor, now=now()), said=lambda _: f"You have left {name}.")
    return done if Membership.objects.filter(workspace_id=request.actor.workspace_id, user=request.user).exists() else redirect("home")


@require_POST
@member_required
def resend_invitation(request: SignedInRequest, invitation_id: int) -> HttpResponse:
    """Send a new link; the old one ends."""
    return _done(
        request,
        lambda: invitations.resend(actor=request.actor, invitation_id=invitation_id, now=now()),
        said=lambda invitation: f"{invitation.email} gets a new link; the old one works no more.",
    )


@require_POST
@member_required
def revoke_invitation(request: SignedInRequest, invitation_id: int) -> HttpResponse:
    """End an invitation."""
    return _done(
        request,
        lambda: invitations.revoke(actor=request.actor, invitation_id=invitation_id, now=now()),
        said=lambda invitation: f"The invitation of {invitation.email} is revoked.",
    )


def _done(request: HttpRequest, verb: Callable[[], T], *, said: Callable[[T], str]) -> HttpResponse:
    """Do it and say so, or say why not, on the page of the members; what is not there stays a 404."""
    try:
        result = verb()
    except (members.LastOwner, members.AboveYourRole, invitations.InvitationClosed) as exc:
        messages.error(request, f"{exc.message} {exc.fix}".strip())
    else:
        messages.success(request, said(result))
    return redirect("members")


def _article(role: str) -> str:
    return "an" if role[0] in "aeiou" else "a"


# --- The link of an invitation -------------------------------------------------------------------------------------------------


@require_safe
@never_cache
def join_link(request: HttpRequest, token: str) -> HttpResponse:
    """Keep the link's token in the session and out of the address, then show the page that joins."""
    request.session[INVITATION_IN_SESSION] = token
    return redirect("join")


@require_http_methods(["GET", "POST"])
@never_cache
@sensitive_post_parameters("password1", "password2")
def join(request: HttpRequest) -> HttpResponse:
    """Let the reader of an invitation join: as who they are, by signing in, or as somebody new."""
    token = str(request.session.get(INVITATION_IN_SESSION, ""))
    try:
        invitation = joining.get_invitation_of(token=token, now=now())
    except joining.LinkDoesNotWork:
        return render(request, "people/join_dead.html", status=404)
    if isinstance(request.user, User):
        return _join_as(request, request.user, invitation, token)
    if joining.account_of(invitation) is not None:
        sign_in = f"{reverse('account_login')}?{urlencode({'next': request.path})}"
        return render(request, "people/join_sign_in.html", {"invitation": invitation, "sign_in": sign_in})
    return _join_as_somebody_new(request, invitation, token)


def _join_as(request: HttpRequest, user: User, invitation: Invitation, token: str) -> HttpResponse:
    if request.method == "GET" or user.email != invitation.email:
        return render(request, "people/join.html", {"invitation": invitation, "means": MEANING[invitation.role]})
    membership = joining.join(user=user, token=token, now=now())
    return _welcomed(request, membership, redirect("home"))


def _join_as_somebody_new(request: HttpRequest, invitation: Invitation, token: str) -> HttpResponse:
    form = JoinForm(request.POST or None)
    if form.is_valid():
        given = form.cleaned_data
        try:
            membership = joining.sign_up(token=token, name=given["name"], password=given["password1"], now=now())
        except DomainError as exc:
            form.refuse(exc)
        else:
            return _welcomed(request, membership, perform_login(request, membership.user, email=membership.user.email))
    return render(request, "people/join_new.html", {"invitation": invitation, "form": form, "means": MEANING[invitation.role]})


def _welcomed(request: HttpRequest, membership: Membership, response: HttpResponse) -> HttpResponse:
    """Show the workspace that the person has just joined first."""
    request.session.pop(INVITATION_IN_SESSION, None)
    request.session[WORKSPACE_IN_SESSION] = membership.workspace_id
    messages.success(request, f"Welcome to {membership.workspace.name}.")
    return response


# --- A workspace of one's own --------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
def new_workspace(request: HttpRequest) -> HttpResponse:
    """Open a workspace that the signed-in person owns, and go on in it."""
    form = WorkspaceForm(request.POST or None)
    if form.is_valid() and isinstance(request.user, User):
        try:
            workspace = open_workspace(
                owner=request.user, name=form.cleaned_data["name"], postal_address=form.cleaned_data["postal_address"]
            )
        except Invalid as exc:
            form.refuse(exc)
        else:
            request.session[WORKSPACE_IN_SESSION] = workspace.id
            messages.success(request, f"{workspace.name} is open, and yours.")
            return redirect("home")
    return render(request, "people/new_workspace.html", {"form": form})
