"""What the consent page says: who asks, for what, where it leads back to, and which of the person's workspaces it may speak for."""

from __future__ import annotations

from dataclasses import dataclass

from rocketsdr.accounts.actor import READ_SCOPES, SCOPES, SCOPES_OF_ROLE
from rocketsdr.accounts.models import Membership, OAuthApplication, User
from rocketsdr.accounts.models.connection import THIS_COMPUTER
from rocketsdr.accounts.models.oauth_application import FIXED_CLIENT_ID
from rocketsdr.accounts.oauth.places import returns_to

REGISTERED = {
    "manual": "entered by the operators of this server",
    "dcr": "registered itself; nobody has checked its name",
    "cimd": "described by a document at the address below",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """A workspace that the client may speak for, and what of the request the person's role there does not allow."""

    workspace_id: int
    name: str
    role: str
    beyond: list[str]


@dataclass(frozen=True, slots=True)
class Page:
    """The facts of one request for consent."""

    client: OAuthApplication
    registered: str
    returns_to: str
    is_local: bool
    reads: list[str]
    writes: list[str]
    choices: list[Choice]


def page(*, user: User, client: OAuthApplication, redirect_uri: str, scopes: list[str]) -> Page:
    """Return what there is to show; no choice for somebody who is a member of no workspace."""
    place = returns_to(redirect_uri)
    asked = [scope for scope in SCOPES if scope in scopes]
    memberships = Membership.objects.filter(user=user).select_related("workspace").order_by("workspace__name", "workspace_id")
    served = [membership for membership in memberships if client.serves(membership.workspace_id)]
    return Page(
        client=client,
        registered=_registered(client),
        returns_to=place,
        is_local=place == THIS_COMPUTER,
        reads=[SCOPES[scope] for scope in asked if scope in READ_SCOPES],
        writes=[SCOPES[scope] for scope in asked if scope not in READ_SCOPES],
        choices=[_choice(membership, asked) for membership in served],
    )


def _registered(client: OAuthApplication) -> str:
    """Say how we know this client: the fixed one proves nothing about who asks, and one of a workspace's own is its people's."""
    if client.client_id == FIXED_CLIENT_ID:
        return "the shared client of this server, which any program may use"
    if client.workspace is not None:
        return f"made by {client.made_by or 'an admin'} for {client.workspace}"
    return REGISTERED[client.registration_source]


def _choice(membership: Membership, asked: list[str]) -> Choice:
    beyond = [SCOPES[scope] for scope in asked if scope not in SCOPES_OF_ROLE[membership.role]]
    return Choice(membership.workspace_id, membership.workspace.name, membership.role, beyond)
