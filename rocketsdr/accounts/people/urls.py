"""Settings → Members, joining, and opening a workspace."""

from django.urls import path

from rocketsdr.accounts.people import views
from rocketsdr.accounts.throttle import Limit, signed_in, throttled

invites = throttled(Limit("invitations of a person", "60/h", key=signed_in))
opens_link = throttled(Limit("link of an invitation", "60/h"), methods=("GET", "POST"))
opens_workspace = throttled(Limit("workspaces of a person", "10/h", key=signed_in))

urlpatterns = [
    path("settings/members/", invites(views.members_page), name="members"),
    path("settings/members/leave/", views.leave, name="leave_workspace"),
    path("settings/members/<int:membership_id>/role/", views.change_role, name="change_role"),
    path("settings/members/<int:membership_id>/remove/", views.remove_member, name="remove_member"),
    path("settings/members/invitations/<int:invitation_id>/resend/", invites(views.resend_invitation), name="resend_invitation"),
    path("settings/members/invitations/<int:invitation_id>/revoke/", views.revoke_invitation, name="revoke_invitation"),
    path("join/", opens_link(views.join), name="join"),
    path("join/<str:token>/", opens_link(views.join_link), name="join_link"),
    path("workspaces/new/", opens_workspace(views.new_workspace), name="new_workspace"),
]
