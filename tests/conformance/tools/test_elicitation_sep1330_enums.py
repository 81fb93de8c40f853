from __future__ import annotations

from typing import Any

from mcp_gateway.tool import Arguments, tool
from rocketsdr.accounts.actor import Actor
from tests.conformance.asked import answers, form
from tests.conformance.said import Said

ONE, TWO, THREE = "option1", "option2", "option3"
TITLED = [{"const": "value1", "title": "First"}, {"const": "value2", "title": "Second"}, {"const": "value3", "title": "Third"}]
FIELDS: dict[str, dict[str, Any]] = {
    "untitledSingle": {"type": "string", "enum": [ONE, TWO, THREE]},
    "titledSingle": {"type": "string", "oneOf": TITLED},
    "legacyEnum": {"type": "string", "enum": ["opt1", "opt2", "opt3"], "enumNames": ["First", "Second", "Third"]},
    "untitledMulti": {"type": "array", "minItems": 1, "maxItems": 3, "items": {"type": "string", "enum": [ONE, TWO, THREE]}},
    "titledMulti": {"type": "array", "minItems": 1, "maxItems": 3, "items": {"anyOf": TITLED}},
}


@tool(doing="answering", scope=None, read_only=True, core=False)
def test_elicitation_sep1330_enums(actor: Actor, args: Arguments) -> Said:
    """Ask the user to choose, in each way in which a form can offer a choice."""
    given = answers(form=form("Please choose.", **FIELDS))["form"]
    return Said(said=f"Elicitation completed: action={given['action']}, content={given.get('content', {})}")
