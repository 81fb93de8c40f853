import pytest
from django.urls import path
from django.views.defaults import server_error
from redis.exceptions import RedisError

from rocketsdr.lib.errors import Conflict, Forbidden, LimitReached, NotFound
from rocketsdr.urls import urlpatterns as real_urls

ERRORS = {
    "missing": NotFound("No such thing."),
    "forbidden": Forbidden("You lack the scope.", fix="Ask an owner."),
    "limited": LimitReached("Too many.", fix="Wait a minute.", retry_after_s=42),
    "conflict": Conflict("It has ended.", fix="Make a new one."),
    "redis": RedisError("Error 2 connecting to unix:///secret/place."),
}


def fail(request, kind):
    raise ERRORS[kind]


urlpatterns = [path("fail/<kind>/", fail), *real_urls]


@pytest.fixture(autouse=True)
def _failing_pages(settings):
    settings.ROOT_URLCONF = __name__


@pytest.mark.parametrize(
    ("kind", "status", "text"),
    [
        ("missing", 404, "No such thing."),
        ("forbidden", 403, "Ask an owner."),
        ("limited", 429, "Wait a minute."),
        ("conflict", 409, "Make a new one."),
        ("redis", 503, "Try again in a minute."),
    ],
)
def test_a_domain_error_becomes_a_page_with_its_status_and_its_fix(client, db, kind, status, text):
    response = client.get(f"/fail/{kind}/")
    assert response.status_code == status
    assert text in response.content.decode()
    assert response.get("Retry-After") == {"limited": "42", "redis": "60"}.get(kind)
    assert "/secret/place" not in response.content.decode()


def test_an_unknown_address_gets_the_not_found_page_signed_in_or_not(client, owner):
    assert "There is nothing here" in client.get("/nothing/").content.decode()
    client.force_login(owner)
    assert client.get("/nothing/").status_code == 404


def test_a_form_without_its_token_gets_a_page_that_helps(db, client):
    client.handler.enforce_csrf_checks = True
    response = client.post("/sign-in/", {"login": "ada@acme.example", "password": "x"})
    assert response.status_code == 403
    assert "Please send that again" in response.content.decode()


def test_the_page_of_a_breakdown_needs_neither_database_nor_session(rf):
    response = server_error(rf.get("/"))
    assert response.status_code == 500
    assert b"Something broke on our side" in response.content
