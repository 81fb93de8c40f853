"""Approvals, the theme, signing in and out, a new password. Of the library's pages only those named here exist: people are invited."""

from allauth.account import views as account
from django.urls import include, path, re_path

from rocketsdr.accounts import views
from rocketsdr.accounts.oauth.headers import opens_in_a_popup
from rocketsdr.accounts.throttle import Limit, throttled

sign_in = throttled(Limit("sign-in of an address", "10/15m", field="login"), Limit("sign-in", "100/15m"))
ask_for_reset = throttled(Limit("reset of an address", "3/h", field="email"), Limit("reset", "30/h"))
choose_password = throttled(Limit("new password", "30/h"), methods=("GET", "POST"))

urlpatterns = [
    path("", include("rocketsdr.accounts.oauth.urls")),
    path("", include("rocketsdr.accounts.people.urls")),
    path("", include("rocketsdr.accounts.security.urls")),
    path("workspace/", views.switch_workspace, name="switch_workspace"),
    path("theme/", views.choose_theme, name="choose_theme"),
    path("workspace/pause/", views.pause_workspace, name="pause_workspace"),
    path("workspace/resume/", views.resume_workspace, name="resume_workspace"),
    path("approvals/", views.approvals_page, name="approvals"),
    path("approvals/<int:approval_id>/", views.decide_approval, name="decide_approval"),
    path("sign-in/", opens_in_a_popup(sign_in(account.login)), name="account_login"),
    path("sign-out/", account.logout, name="account_logout"),
    path("sign-in/inactive/", account.account_inactive, name="account_inactive"),
    path("password/reset/", ask_for_reset(account.password_reset), name="account_reset_password"),
    path("password/reset/sent/", account.password_reset_done, name="account_reset_password_done"),
    path("password/reset/done/", account.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    re_path(
        r"^password/reset/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[-0-9A-Za-z]+)/$",
        choose_password(account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
]
