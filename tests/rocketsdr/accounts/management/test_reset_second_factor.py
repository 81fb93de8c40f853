import io

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.core.management import CommandError, call_command


def reset(email):
    out = io.StringIO()
    call_command("reset_second_factor", email, stdout=out)
    return out.getvalue()


def test_a_lost_second_factor_is_taken_away(owner):
    TOTP.activate(owner, "JBSWY3DPEHPK3PXP")
    assert "owner@acme.example signs in with their password alone now" in reset("Owner@acme.example")
    assert not Authenticator.objects.exists()


@pytest.mark.parametrize(("email", "said"), [("nobody@acme.example", "There is nobody"), ("owner@acme.example", "has no second factor")])
def test_what_cannot_be_is_said_in_one_sentence(owner, email, said):
    with pytest.raises(CommandError, match=said):
        reset(email)
