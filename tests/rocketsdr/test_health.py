from __future__ import annotations

import pytest
from django.test import Client
from django.test.utils import override_settings


def test_a_process_that_answers_is_healthy_without_its_services(client: Client):
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")


def test_a_process_with_its_services_is_ready(client: Client, db: None):
    response = client.get("/readyz")
    assert (response.status_code, response.json()) == (200, {"ready": True, "failing": []})


def test_readiness_names_what_does_not_answer(client: Client, db: None, tmp_path):
    unreachable = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": f"unix://{tmp_path}/none.sock"}}
    with override_settings(CACHES=unreachable):
        response = client.get("/readyz")
    assert (response.status_code, response.json()) == (503, {"ready": False, "failing": ["redis"]})


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_nothing_is_posted_to_a_health_check(client: Client, path: str):
    assert client.post(path).status_code == 405
