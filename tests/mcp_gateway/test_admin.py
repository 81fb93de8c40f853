from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from mcp_gateway.models import IdempotentAnswer, ToolCall
from rocketsdr.accounts.models import User


@pytest.fixture
def operator(db):
    client = Client()
    client.force_login(User.objects.create_superuser("operator@example.com"))
    return client


def test_an_operator_reads_the_records_and_changes_none(operator, rpc):
    rpc.call("write_note", {"text": "a", "idempotency_key": "a-key-of-mine"})
    for model in (ToolCall, IdempotentAnswer):
        name, row = f"admin:mcp_gateway_{model._meta.model_name}", model.objects.get()
        assert b"write_note" in operator.get(reverse(f"{name}_changelist"), {"q": "write"}).content
        page = operator.get(reverse(f"{name}_change", args=[row.pk]))
        assert page.status_code == 200
        assert b"is written" not in page.content
        assert operator.post(reverse(f"{name}_change", args=[row.pk]), {"tool": "x"}).status_code == 403
        assert operator.get(reverse(f"{name}_add")).status_code == 403
