"""A request as the web server has read it."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import DisallowedHost, RequestDataTooBig

from mcp_gateway.incoming import Headers, Incoming


def incoming(payload: bytes | None = b"{}", **fields: str) -> Incoming:
    return Incoming("POST", "/api/mcp", "http", "server:80", Headers(fields), payload)


def test_a_header_is_found_however_it_is_spelt():
    headers = Headers.of([(b"x-api-key", b"abc"), (b"accept", b"a")])
    assert headers.get("X-API-Key") == headers.get("x-api-KEY") == "abc"
    assert headers.get("Origin") is None
    assert headers.get("Origin", "") == ""


def test_what_is_sent_twice_stands_in_one_field():
    assert Headers.of([(b"accept", b"a"), (b"accept", b"b")]).get("Accept") == "a,b"


@pytest.mark.parametrize("host", ["our.example", "our.example:8000", "OUR.example"])
def test_a_host_of_ours_is_known(settings: Any, host: str):
    settings.ALLOWED_HOSTS = ["our.example"]
    assert incoming(host=host).get_host() == host


@pytest.mark.parametrize("host", ["evil.example", "our.example.evil", "our.example,evil.example", "our.example/x", "our.example@evil"])
def test_any_other_is_refused(settings: Any, host: str):
    settings.ALLOWED_HOSTS = ["our.example"]
    with pytest.raises(DisallowedHost):
        incoming(host=host).get_host()


def test_who_names_no_host_means_the_server(settings: Any):
    settings.ALLOWED_HOSTS = ["server"]
    assert incoming().get_host() == "server:80"


def test_hosts_that_the_operator_takes_away_are_refused_at_once(settings: Any):
    settings.ALLOWED_HOSTS = ["our.example"]
    assert incoming(host="our.example").get_host()
    settings.ALLOWED_HOSTS = ["other.example"]
    with pytest.raises(DisallowedHost):
        incoming(host="our.example").get_host()


@pytest.mark.parametrize(
    ("stated", "meant"), [("application/json", "application/json"), ("Application/JSON ; charset=utf-8", "application/json"), ("", "")]
)
def test_the_type_of_the_body_is_read_without_its_parameters(stated: str, meant: str):
    assert Incoming("POST", "/", "http", "a:80", Headers({"content-type": stated}), b"").content_type == meant


def test_a_body_over_the_limit_cannot_be_read():
    with pytest.raises(RequestDataTooBig):
        _ = incoming(payload=None).body
