"""What an empty installation gets at its first start, so that a newcomer can sign in and try every line of the documents."""

from __future__ import annotations

from dataclasses import dataclass
from secrets import token_urlsafe

from django.db import transaction

from campaigns.services import personas, products
from rocketsdr import embedded
from rocketsdr.accounts.models import User, Workspace
from rocketsdr.accounts.services import create_workspace, operator_of
from rocketsdr.lib.clock import now

OWNER = "owner@localhost.example"
COMPANY = "My company"


@dataclass(frozen=True, slots=True)
class Login:
    """How the owner of this installation signs in; `password` is empty where they have chosen their own."""

    email: str
    password: str
    workspace_id: int


def prepare() -> Login | None:
    """Open a first workspace where there is none, and tell its owner's login; None where somebody has set up their own."""
    if not Workspace.objects.exists():
        _open_workspace()
    owner = User.objects.filter(email=OWNER).first()
    workspace = Workspace.objects.filter(memberships__user=owner).order_by("id").first() if owner else None
    if owner is None or workspace is None:
        return None
    password = _password()
    return Login(OWNER, password if owner.check_password(password) else "", workspace.id)


@transaction.atomic
def _open_workspace() -> None:
    """Make the owner, who is this installation's operator too, a workspace, and a sample to try it with."""
    User.objects.create_superuser(OWNER, _password())
    workspace = create_workspace(name=COMPANY, owner_email=OWNER, postal_address="1 Main Street, Springfield", now=now())
    actor = operator_of(workspace_id=workspace.id)
    products.create_product(
        actor=actor,
        name="Analytics Suite",
        description="Self-serve product analytics for B2B teams",
        value_props=["Answers without SQL", "Set up in an afternoon"],
        proof_points=["412 teams use it every day"],
        url="https://analytics.example",
        now=now(),
    )
    personas.create_persona(actor=actor, name="Data lead", title="Head of Data", pains=["Every question becomes a ticket"], now=now())


def _password() -> str:
    return embedded.kept_secret("owner_password", lambda: token_urlsafe(12))
