from __future__ import annotations

from typing import Annotated

from pydantic import Field

from campaigns.queries import personas, products, senders
from mcp_gateway.prompt import prompt
from mcp_gateway.tool import Arguments
from mcp_gateway.tool.named import Completes, PersonaId, ProductId, SenderId
from mcp_gateway.tool.plans import fenced, indented, plan
from mcp_gateway.tool.wording import brief, cell
from rocketsdr.accounts import quotas
from rocketsdr.accounts.actor import Actor
from rocketsdr.lib.clock import now

SHOWN = 10


class LaunchCampaignArguments(Arguments):
    goal: Annotated[str, Field(min_length=1, max_length=2000, description="What the campaign is to achieve, in the user's words.")]
    audience: Annotated[
        str | None, Completes("targeting_value"), Field(max_length=500, description="Whom to write to, e.g. a job title.")
    ] = None
    product_id: Annotated[ProductId | None, Field(description="The product to sell; the assistant asks when it is left out.")] = None
    persona_id: Annotated[PersonaId | None, Field(description="The kind of buyer; the assistant asks when it is left out.")] = None
    sender_id: Annotated[SenderId | None, Field(description="The sender; all active ones when it is left out.")] = None


@prompt(title="Launch a campaign", scopes=("campaigns:read", "campaigns:write"))
def launch_campaign(actor: Actor, args: LaunchCampaignArguments) -> str:
    """Plan and launch an e-mail campaign for a goal: product, persona, leads, previews that the user sees, and a safe start."""
    task = f"Help me launch an e-mail campaign. My goal:\n\n{fenced(args.goal)}"
    wanted = f"\n\nThe audience:\n\n{fenced(args.audience)}" if args.audience else ""
    return plan(
        task + wanted, facts=_facts(actor, args), steps=_PREPARE + (_LAUNCH if "campaigns:send" in actor.within_reach else _HAND_OVER)
    )


def _facts(actor: Actor, args: LaunchCampaignArguments) -> list[str]:
    left = {each.name: each.limit - each.used for each in quotas.overview(actor, now=now())}
    return [_products(actor, args), _personas(actor, args), _senders(actor, args), f"Campaigns left today: {left['create_campaign']}."]


def _products(actor: Actor, args: LaunchCampaignArguments) -> str:
    if args.product_id is not None:
        chosen = products.get_product(actor=actor, product_id=args.product_id)
        return f"The product: ID {chosen.id}, {cell(chosen.name)}: {brief(chosen.description)}"
    page = products.list_products(actor=actor, limit=SHOWN)
    told = [f"ID {each.id}: {cell(each.name)}: {brief(each.description)}" for each in page.items]
    return f"Products ({page.total}):{indented(told)}" if told else "There is no product yet."


def _personas(actor: Actor, args: LaunchCampaignArguments) -> str:
    if args.persona_id is not None:
        chosen = personas.get_persona(actor=actor, persona_id=args.persona_id)
        return f"The persona: ID {chosen.id}, {cell(chosen.name)} ({cell(chosen.title)})"
    page = personas.list_personas(actor=actor, limit=SHOWN)
    told = [f"ID {each.id}: {cell(each.name)} ({cell(each.title)})" for each in page.items]
    return f"Personas ({page.total}):{indented(told)}" if told else "There is no persona yet."


def _senders(actor: Actor, args: LaunchCampaignArguments) -> str:
    if "senders:read" not in actor.scopes:
        return ""
    if args.sender_id is not None:
        chosen = senders.get_sender(actor=actor, sender_id=args.sender_id)
        return f"The sender: ID {chosen.id}, {chosen.email}, {chosen.status}"
    page = senders.list_senders(actor=actor, limit=SHOWN, now=now())
    told = [f"ID {each.sender.id}: {each.sender.email}, {each.sender.status}, health {each.health}" for each in page.items]
    return f"Senders ({page.total}):{indented(told)}" if told else "There is no sender yet: a person connects one in the settings."


_PREPARE = """
- `whoami` and `get_quota`: tell me which workspace this is, what policy a launch meets and what is left today.
- Choose the product and the persona that fit the goal with me (`list_products`, `list_personas`). If none fits, ask me for the facts
  and use `create_product` or `create_persona`; state nothing that I have not said: every e-mail is written from these facts.
- `list_senders`: use active ones with room today, and tell me how many days the caps will take for the number of leads.
- Ask me for the leads as a CSV with an e-mail column, and whether we may write to these people. A short list goes into `csv_content`;
  for a longer one use `get_csv_upload_url`, upload the file and pass its `gcsUrl` as `csv_url`.
- `create_campaign_draft`: a draft sends nothing. Tell me how many rows were accepted, and every reason for which rows were rejected.
- `get_campaign` until its first e-mails are written; show me who is blocked and why.
- `preview_email` for at least two real leads (`list_leads` with the `campaign_id`) and for every step. Show me subject and text word
  for word, with missing variables and spam findings, and change what I do not like before you go on.
"""
_LAUNCH = """
- Sum up: number of leads, senders, sending hours, the first day and the last. Ask me for a clear yes.
- `finalize_campaign_draft`, as a dry run first; then for good.
- Read `outreach://campaigns/{id}/schedule` and tell me when the first e-mail leaves. Until then `pause_campaign` stops it.
"""
_HAND_OVER = """
- Stop here: this credential may not launch. Tell me the id of the draft, and that somebody who may send finalizes it.
"""
