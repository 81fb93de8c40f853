"""Settings → Members, joining, and opening a workspace."""

from django.http import HttpRequest
from django.urls import path

from rocketsdr.accounts.people import views
from rocketsdr.accounts.throttle import Limit, signed_in, throttled


def _recipient(request: HttpRequest) -> str | None:
    """Return the address that is invited, by whomever and into whatever workspace: nobody is to be flooded in our name."""
    return request.POST.get("email", "").strip().lower() or None


def _repeated(request: HttpRequest) -> str | None:
    return str(request.resolver_match.kwargs["invitation_id"]) if request.resolver_match else None


A_PERSON = (Limit("invitations of a person", "60/h", key=signed_in), Limit("invitations of a person in a day", "100/d", key=signed_in))
invites = throttled(*A_PERSON, Limit("invitations to an address", "5/d", key=_recipient))
AGAIN = (Limit("an invitation again", "3/h", key=_repeated), Limit("an invitation again in a day", "5/d", key=_repeated))
invites_again = throttled(*A_PERSON, *AGAIN)
opens_link = throttled(Limit("link of an invitation", "60/h"), methods=("GET", "POST"))
opens_workspace = throttled(Limit("workspaces of a person", "10/h", key=signed_in))

urlpatterns = [
    path("settings/members/", invites(views.members_page), name="members"),
    path("settings/members/leave/", views.leave, name="leave_workspace"),
    path("settings/members/<int:membership_id>/role/", views.change_role, name="change_role"),
    path("settings/members/<int:membership_id>/remove/", views.remove_member, name="remove_member"),
    path("settings/members/invitations/<int:invitation_id>/resend/", invites_again(views.resend_invitation), name="resend_invitation"),
    path("settings/members/invitations/<int:invitation_id>/revoke/", views.revoke_invitation, name="revoke_invitation"),
    path("join/", opens_link(views.join), name="join"),
    path("join/<str:token>/", opens_link(views.join_link), name="join_link"),
    path("workspaces/new/", opens_workspace(views.new_workspace), name="new_workspace"),
]
