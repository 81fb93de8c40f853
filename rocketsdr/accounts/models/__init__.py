from rocketsdr.accounts.models.api_key import ApiKey
from rocketsdr.accounts.models.approval import Approval
from rocketsdr.accounts.models.audit import AuditEvent, AuditHead
from rocketsdr.accounts.models.clock import Clock
from rocketsdr.accounts.models.connection import Connection, Consent
from rocketsdr.accounts.models.invitation import Invitation
from rocketsdr.accounts.models.oauth_application import OAuthApplication
from rocketsdr.accounts.models.pinned_client import PinnedClient
from rocketsdr.accounts.models.quota import QuotaUse
from rocketsdr.accounts.models.undo import UndoStep
from rocketsdr.accounts.models.user import User
from rocketsdr.accounts.models.workspace import Membership, Workspace

__all__ = [
    "ApiKey",
    "Approval",
    "AuditEvent",
    "AuditHead",
    "Clock",
    "Connection",
    "Consent",
    "Invitation",
    "Membership",
    "OAuthApplication",
    "PinnedClient",
    "QuotaUse",
    "UndoStep",
    "User",
    "Workspace",
]
