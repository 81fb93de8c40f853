from __future__ import annotations

from campaigns.services import personas
from mcp_gateway.tool import Id, tool
from mcp_gateway.tool.assets import Name, PersonaFields, PersonaResult, given
from rocketsdr.accounts.actor import Actor
from rocketsdr.lib.clock import now


class UpdatePersonaArguments(PersonaFields):
    persona_id: Id
    name: Name | None = None


@tool(doing="updating the persona", scope="campaigns:write", core=False, aliases=("edit_persona",))
def update_persona(actor: Actor, args: UpdatePersonaArguments) -> PersonaResult:
    """Change what is given of a persona; an empty text or list clears a field.

    The e-mails of drafts are written anew; launched campaigns keep what they were launched with.
    """
    changes = given(args, "persona_id")
    return PersonaResult.model_validate(
        {"persona": personas.update_persona(actor=actor, persona_id=args.persona_id, changes=changes, now=now())}
    )
