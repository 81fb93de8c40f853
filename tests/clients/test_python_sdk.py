"""The official Python client against the product's own address, through a real uvicorn; `make clients` does the same with `make run`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application

from rocketsdr.api_handler import McpDoor
from rocketsdr.asgi import Front
from tests.clients import python_sdk
from tests.clients.seen import NEW, OLD, faults
from tests.serving import serving


@pytest.fixture
def url(settings: Any) -> Iterator[str]:
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    with serving(Front(wsgi=get_wsgi_application(), mcp=McpDoor(), asgi=get_asgi_application(), threads=2)) as port:
        yield f"http://127.0.0.1:{port}/api/mcp"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("mode", "version"), [("auto", NEW), ("legacy", OLD), (NEW, NEW)])
def test_the_official_client_sees_what_is_there_and_makes_a_product_once(url, api_key, product, mode, version):
    seen = python_sdk.look(url, api_key.secret, "Made by a client", mode)
    assert list(faults(seen, version=version, product="Made by a client", sample=product.name)) == []
