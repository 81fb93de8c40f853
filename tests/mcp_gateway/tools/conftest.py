"""The tools as an agent meets them: through the endpoint, with the key of our workspace, at ten o'clock on a Tuesday."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # the library ships no types
import pytest

from campaigns.models import Campaign, LeadImport
from campaigns.services import heartbeat, importing, launching, preparing
from mcp_gateway import catalogue
from mcp_gateway.surfaces import OUTREACH
from rocketsdr.accounts.services import IssuedKey
from rocketsdr.lib import clock
from tests.mcp_gateway.conftest import Rpc

CSV = (
    "contact name,email,company,title\n"
    "Ada Lovelace,ada@example.com,Analytical Engine,Founder\n"
    "Grace Hopper,grace@example.com,Compilers Inc,VP Engineering\n"
)


@dataclass
class Agent:
    """Calls tools as a program would, and checks what it gets against what the tool has promised."""

    rpc: Rpc

    def result(self, tool: str, /, **arguments: Any) -> dict[str, Any]:
        """Call a tool; whatever comes back keeps to the tool's output schema, refusals too."""
        result = self.rpc.call(tool, arguments)
        declared = catalogue.of(OUTREACH).find(tool)
        assert declared is not None
        jsonschema.validate(result["structuredContent"], declared.output_schema)
        assert [part["type"] for part in result["content"]] == ["text"]
        return result

    def text(self, tool: str, /, **arguments: Any) -> str:
        """Call a tool that has to work; return what the model reads."""
        result = self.result(tool, **arguments)
        assert not result["isError"], result["content"][0]["text"]
        text: str = result["content"][0]["text"]
        return text

    def data(self, tool: str, /, **arguments: Any) -> dict[str, Any]:
        """Call a tool that has to work; return what a program reads."""
        result = self.result(tool, **arguments)
        assert not result["isError"], result["content"][0]["text"]
        data: dict[str, Any] = result["structuredContent"]
        return data

    def refusal(self, tool: str, /, **arguments: Any) -> str:
        """Call a tool that has to refuse; return what it says."""
        result = self.result(tool, **arguments)
        assert result["isError"], result["content"][0]["text"]
        text: str = result["content"][0]["text"]
        return text


@pytest.fixture(autouse=True)
def _on_a_tuesday(now: datetime) -> None:
    offset = now - clock.now()
    clock.use_offset_source(lambda: offset)


@pytest.fixture
def agent(api_key: IssuedKey) -> Agent:
    return Agent(Rpc({"X-API-Key": api_key.secret}, path="/api/mcp"))


@pytest.fixture
def facts(product: Any, persona: Any, sender: Any) -> dict[str, Any]:
    """What every campaign needs besides leads."""
    return {"name": "Batch 1", "type": "csv", "product_id": product.id, "persona_id": persona.id}


@pytest.fixture
def work(now: datetime) -> Callable[..., Campaign]:
    """Do what the workers would do for a campaign, twice, as a broker that repeats itself has them do."""

    def run(campaign_id: int, at: datetime = now) -> Campaign:
        for _ in range(2):
            for import_id in LeadImport.objects.filter(campaign_id=campaign_id).values_list("id", flat=True):
                importing.run(lead_import_id=import_id, now=at)
            preparing.write_first_emails(campaign_id=campaign_id, now=at)
            launching.advance(campaign_id=campaign_id, now=at)
            heartbeat.tick(now=at)
        return Campaign.objects.get(id=campaign_id)

    return run
