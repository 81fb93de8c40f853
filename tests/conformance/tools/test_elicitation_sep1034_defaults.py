from __future__ import annotations

from typing import Any

from mcp_gateway.tool import Arguments, tool
from rocketsdr.accounts.actor import Actor
from tests.conformance.asked import answers, form
from tests.conformance.said import Said

FIELDS: dict[str, dict[str, Any]] = {
    "name": {"type": "string", "description": "User name", "default": "John Doe"},
    "age": {"type": "integer", "description": "User age", "default": 30},
    "score": {"type": "number", "description": "User score", "default": 95.5},
    "status": {"type": "string", "description": "User status", "enum": ["active", "inactive", "pending"], "default": "active"},
    "verified": {"type": "boolean", "description": "Verification status", "default": True},
}


@tool(doing="answering", scope=None, read_only=True, core=False)
def test_elicitation_sep1034_defaults(actor: Actor, args: Arguments) -> Said:
    """Ask the user to look through a form that is filled in already."""
    given = answers(form=form("Please review the form.", **FIELDS))["form"]
    return Said(said=f"Elicitation completed: action={given['action']}, content={given.get('content', {})}")
