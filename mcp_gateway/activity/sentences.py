"""The actions of the audit log in the words of people. `{thing}` stands for what it was done to."""

from __future__ import annotations

SENTENCES: dict[str, str] = {
    "action.undone": "undid {thing}",
    "api_key.changed": "changed {thing}",
    "api_key.issued": "made {thing}",
    "api_key.old_secret_ended": "ended the old secret of {thing}",
    "api_key.revoked": "revoked {thing}",
    "api_key.rotated": "gave {thing} a new secret",
    "approval.approved": "approved {thing}",
    "approval.rejected": "rejected {thing}",
    "audience.deleted": "deleted {thing}",
    "audience.renamed": "renamed {thing}",
    "audience.saved": "saved {thing}",
    "campaign.archived": "archived {thing}",
    "campaign.created": "created {thing}",
    "campaign.launched": "launched {thing}",
    "campaign.launched_again": "added leads to {thing}, which is reviewed again",
    "leads.reverted": "took an import of leads back",
    "campaign.paused": "paused {thing}",
    "campaign.resumed": "resumed {thing}",
    "campaign.review_withdrawn": "withdrew the review of {thing}, which has changed",
    "connection.code_replayed": "ended {thing}: its code was presented twice",
    "connection.given_back": "ended {thing} from the client's side",
    "connection.made": "let {thing} in",
    "connection.revoked": "revoked {thing}",
    "connection.run_out": "let {thing} run out",
    "connection.token_replayed": "ended {thing}: an old token was presented again",
    "connection.widened": "gave {thing} more scopes",
    "conversation.read": "marked {thing} as read",
    "conversation.unread": "marked {thing} as unread",
    "csv.attached": "added {thing}",
    "csv.imported": "read {thing} in",
    "data_account.budget_set": "set the budget of {thing}",
    "data_account.connected": "connected {thing}",
    "data_account.disconnected": "disconnected {thing}",
    "delivery.settled": "settled what became of {thing}",
    "export.downloaded": "downloaded an export",
    "export.made": "made an export ({thing})",
    "export.requested": "asked for an export ({thing})",
    "invitation.accepted": "accepted {thing}",
    "invitation.made": "sent {thing}",
    "invitation.resent": "sent {thing} again",
    "invitation.revoked": "revoked {thing}",
    "job.cancelled": "cancelled {thing}",
    "lead_data.revealed": "had e-mail addresses revealed by {thing}",
    "lead_data.searched": "looked for people with {thing}",
    "lead_data.unanswered": "got no answer from {thing}",
    "mail_account.added": "added {thing}",
    "mail_account.changed": "changed {thing}",
    "membership.ended": "removed {thing}",
    "membership.set": "set the role of {thing}",
    "oauth_client.changed": "changed {thing}",
    "oauth_client.deleted": "deleted {thing}",
    "oauth_client.disabled": "disabled {thing}",
    "oauth_client.enabled": "enabled {thing}",
    "oauth_client.made": "made {thing}",
    "oauth_client.secret_rotated": "gave {thing} a new secret",
    "password.changed": "changed their password",
    "password.reset": "reset their password by mail",
    "persona.created": "created {thing}",
    "persona.deleted": "deleted {thing}",
    "persona.updated": "changed {thing}",
    "product.created": "created {thing}",
    "product.deleted": "deleted {thing}",
    "product.updated": "changed {thing}",
    "recovery_code.used": "signed in with a recovery code",
    "recovery_codes.renewed": "made new recovery codes",
    "second_factor.added": "set up a second factor",
    "second_factor.refused": "gave a wrong second factor",
    "second_factor.removed": "removed a second factor",
    "second_factor.reset": "had their second factor reset",
    "sender.added": "added {thing}",
    "sender.paused": "paused {thing}",
    "sender.resumed": "resumed {thing}",
    "suppression.added": "added {thing} to the suppression list",
    "upload.offered": "asked for an upload",
    "upload.received": "uploaded a file",
    "workspace.changed": "changed the settings of {thing}",
    "workspace.created": "opened {thing}",
    "workspace.paused": "stopped all mail of {thing}",
    "workspace.resume_requested": "asked to let mail go out again ({thing})",
    "workspace.resumed": "let the mail of {thing} go out again",
}
KINDS: dict[str, str] = {
    "apikey": "API key",
    "approval": "request",
    "audience": "audience",
    "auditevent": "action",
    "campaign": "campaign",
    "connection": "connection",
    "csvimport": "file",
    "delivery": "e-mail",
    "invitation": "invitation",
    "job": "job",
    "mailaccount": "mailbox",
    "membership": "member",
    "oauthapplication": "OAuth client",
    "persona": "persona",
    "product": "product",
    "sender": "sender",
    "suppression": "entry",
    "workspace": "workspace",
}
ALONE = ("workspace",)  # there is only one, so it needs no number


def sentence(action: str) -> tuple[str, str]:
    """Return what stands before and after the thing. An action without a sentence is read out as it is written."""
    text = SENTENCES.get(action) or f"{action.replace('.', ' ').replace('_', ' ')}: {{thing}}"
    before, _, after = text.partition("{thing}")
    return before, after


def thing(kind: str, number: int | None, name: str = "") -> str:
    """Say what it was done to: by its name, or by its number."""
    noun = KINDS.get(kind, kind)
    if not kind or number is None:
        return ""
    if kind in ALONE:
        return f"the {noun}"
    return f"the {noun} “{name}”" if name else f"the {noun} {number}"
