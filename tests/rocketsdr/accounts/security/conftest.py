import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP

from tests import factories

PASSWORD = "correct horse battery"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def ada(workspace):
    """A member of ours who signs in with a password."""
    return factories.MembershipFactory.create(
        workspace=workspace, user__email="ada@acme.example", user__password=PASSWORD, role="admin"
    ).user


@pytest.fixture
def app(ada):
    """Her second factor."""
    made = TOTP.activate(ada, SECRET).instance
    RecoveryCodes.activate(ada)
    return made


@pytest.fixture
def recovery_codes(ada, app):
    return RecoveryCodes(Authenticator.objects.get(user=ada, type="recovery_codes")).generate_codes()


@pytest.fixture
def sign_in(client, ada):
    def send(who=None, **more):
        return (who or client).post("/sign-in/", {"login": ada.email, "password": PASSWORD, **more})

    return send
