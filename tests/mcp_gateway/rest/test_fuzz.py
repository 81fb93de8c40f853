"""Whatever the OpenAPI document lets a program send, and what it does not: an answer that the document has announced, and soon.

ROCKETSDR_FUZZ_CASES says how many calls are made up in all.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error, response_schema_conformance
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import content_type_conformance, response_headers_conformance, status_code_conformance

from campaigns.models import Campaign, Lead, Persona, Product, Sender
from mcp_gateway import catalogue
from mcp_gateway.models import ToolCall
from mcp_gateway.surfaces import OUTREACH
from tests.mcp_gateway.rest.caller import connection_kept

CASES = int(os.environ.get("ROCKETSDR_FUZZ_CASES", "2000"))
SECONDS = 5.0  # for one call, on a busy machine
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
SCHEMA = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())
READABLE = [found.ok() for found in SCHEMA.get_all_operations() if isinstance(found, Ok)]
OPERATIONS = {operation.definition.raw["operationId"]: operation for operation in READABLE}

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _connection_kept() -> Iterator[None]:
    with connection_kept():
        yield


@pytest.fixture
def ours(workspace, product, persona, sender, campaign, draft, lead, enrollment) -> dict[str, int]:
    """What a made-up call may be about, in a workspace whose quotas never end."""
    workspace.quota_limits = {"create_campaign": 1_000_000, "preview_leads": 1_000_000}
    workspace.save()
    return {"product_id": product.id, "persona_id": persona.id, "campaign_id": campaign.id, "lead_id": lead.id, "sender_id": sender.id}


def test_every_operation_is_read():
    assert len(OPERATIONS) == len(catalogue.of(OUTREACH).tools) + 1


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_answer_is_one_that_the_document_announces(name, api_key, ours, stranger):
    operation = OPERATIONS[name]
    both = st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in GenerationMode))
    theirs = [model.objects.filter(workspace=stranger.workspace).count() for model in (Campaign, Lead, Persona, Product, Sender)]

    @settings(
        max_examples=max(10, CASES // len(OPERATIONS)),
        deadline=SECONDS * 1000,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=both, known=st.booleans())
    def call(case: Any, known: bool) -> None:
        if known and isinstance(case.body, dict):
            case.body = {key: ours.get(key, value) for key, value in case.body.items()}
        case.headers["X-API-Key"] = api_key.secret
        response = case.call()
        case.validate_response(response, checks=CHECKS)
        assert b"Traceback" not in response.content

    call()
    assert not ToolCall.objects.filter(outcome="crashed").exists()
    assert theirs == [model.objects.filter(workspace=stranger.workspace).count() for model in (Campaign, Lead, Persona, Product, Sender)]
