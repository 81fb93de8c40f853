from __future__ import annotations

import json

from mcp_gateway.resource import resource
from rocketsdr.accounts.actor import Actor


@resource(uri="test://template/{id}/data", title="What belongs to an id", scope=None)
def template(actor: Actor, id_: str) -> str:
    """Hold something for every id."""
    return json.dumps({"id": id_, "templateTest": True, "data": f"Data for ID: {id_}"})
