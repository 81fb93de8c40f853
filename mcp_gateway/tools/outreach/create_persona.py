from __future__ import annotations

from campaigns.services import personas
from mcp_gateway.tool import tool
from mcp_gateway.tool.assets import Name, PersonaFields, PersonaResult, given
from rocketsdr.accounts.actor import Actor
from rocketsdr.lib.clock import now


class CreatePersonaArguments(PersonaFields):
    name: Name


@tool(doing="creating the persona", scope="campaigns:write", aliases=("add_persona",))
def create_persona(actor: Actor, args: CreatePersonaArguments) -> PersonaResult:
    """Store a buyer persona: whom campaigns speak to, and what troubles them."""
    made = personas.create_persona(actor=actor, now=now(), **given(args))
    return PersonaResult.model_validate({"persona": made})
