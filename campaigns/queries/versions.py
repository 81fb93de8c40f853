"""Whether something has changed since it was last looked at: one statement each, so that it can be asked every few seconds."""

from __future__ import annotations

from django.db import connection

from rocketsdr.accounts.actor import Actor
from rocketsdr.lib.errors import NotFound

# What happens to a campaign's leads is in its last event; its steps, senders and files are few.
_CAMPAIGN = """
    SELECT md5(concat_ws('|', campaign::text, workspace.paused_at,
        (SELECT string_agg(step::text, '|' ORDER BY step.position) FROM campaigns_sequencestep step WHERE step.campaign_id = campaign.id),
        (SELECT string_agg(concat(sender.id, sender.status, sender.daily_cap), '|' ORDER BY sender.id)
            FROM campaigns_sender sender JOIN campaigns_campaign_senders chosen ON chosen.sender_id = sender.id
            WHERE chosen.campaign_id = campaign.id),
        (SELECT string_agg(concat(file.id, file.status, file.rows), '|' ORDER BY file.id)
            FROM campaigns_leadimport file WHERE file.campaign_id = campaign.id),
        (SELECT concat(event.id, event.at) FROM campaigns_event event
            WHERE event.campaign_id = campaign.id ORDER BY event.at DESC, event.id DESC LIMIT 1)))
    FROM campaigns_campaign campaign JOIN accounts_workspace workspace ON workspace.id = campaign.workspace_id
    WHERE campaign.id = %(id)s AND campaign.workspace_id = %(workspace)s
"""
_THREAD = """
    SELECT md5(concat_ws('|', thread::text, lead.full_name, lead.email, campaign.name,
        (SELECT concat(count(*), max(message.id)) FROM campaigns_inboundmessage message WHERE message.conversation_id = thread.id),
        (SELECT max(sent.sent_at) FROM campaigns_delivery sent
            WHERE sent.campaign_id = thread.campaign_id AND sent.lead_id = thread.lead_id)))
    FROM campaigns_conversation thread JOIN campaigns_lead lead ON lead.id = thread.lead_id
        JOIN campaigns_campaign campaign ON campaign.id = thread.campaign_id
    WHERE thread.id = %(id)s AND thread.workspace_id = %(workspace)s
"""


def campaign_version(*, actor: Actor, campaign_id: int) -> str:
    """Return a text that changes when the campaign does: its settings, its state, or what has happened to its leads."""
    return _version(_CAMPAIGN, actor, campaign_id, "No such campaign.")


def thread_version(*, actor: Actor, thread_id: int) -> str:
    """Return a text that changes when the thread does: its status, or a message more."""
    return _version(_THREAD, actor, thread_id, "No such thread.")


def _version(statement: str, actor: Actor, row_id: int, missing: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"id": row_id, "workspace": actor.workspace_id})
        row = cursor.fetchone()
    if row is None:
        raise NotFound(missing, id=row_id)
    return str(row[0])
