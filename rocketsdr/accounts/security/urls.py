"""Settings → Your account, and the code after the password."""

from allauth.account import views as account
from allauth.account.internal.stagekit import get_pending_stage
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from django.http import HttpRequest
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.generic import RedirectView

from rocketsdr.accounts.oauth.headers import opens_in_a_popup
from rocketsdr.accounts.security import views
from rocketsdr.accounts.throttle import Limit, network_of, signed_in, throttled


def _signing_in(request: HttpRequest) -> str:
    """Return who has given their password and owes the code; the network of one who has not."""
    stage = get_pending_stage(request)
    return str(stage.login.user.pk) if stage and stage.login.user else network_of(request)


# A code has a million values and three are right at a time: fifty tries a day leave an attacker who knows the password 1 in 6,000.
code = throttled(
    Limit("code of a person", "5/5m", key=_signing_in), Limit("codes of a person", "50/d", key=_signing_in), Limit("code", "100/15m")
)
again = throttled(Limit("password of a person", "10/15m", key=signed_in), Limit("passwords of a person", "100/d", key=signed_in))
code_again = throttled(
    Limit("code of a signed-in person", "5/5m", key=signed_in), Limit("codes of a signed-in person", "50/d", key=signed_in)
)

urlpatterns = [
    path("sign-in/code/", opens_in_a_popup(code(mfa.authenticate)), name="mfa_authenticate"),
    path("settings/account/", views.account, name="account_security"),
    path("settings/account/password/", never_cache(again(account.password_change)), name="account_change_password"),
    path("settings/account/password/first/", never_cache(again(account.password_set)), name="account_set_password"),
    path("settings/account/confirm/", opens_in_a_popup(again(account.reauthenticate)), name="account_reauthenticate"),
    path("settings/account/confirm/code/", opens_in_a_popup(code_again(mfa.reauthenticate)), name="mfa_reauthenticate"),
    path("settings/account/second-factor/", RedirectView.as_view(pattern_name="account_security"), name="mfa_index"),
    path("settings/account/second-factor/set-up/", never_cache(code_again(totp.activate_totp)), name="mfa_activate_totp"),
    path("settings/account/second-factor/remove/", never_cache(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("settings/account/second-factor/recovery-codes/", never_cache(recovery_codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path(
        "settings/account/second-factor/recovery-codes/new/",
        never_cache(recovery_codes.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path("settings/account/sessions/end-others/", views.end_other_sessions, name="end_other_sessions"),
    path("settings/account/sessions/<int:session_id>/end/", views.end_session, name="end_session"),
]
