from datetime import UTC, datetime

import pytest

from integrations.forms import PREPARING, ApiKeyForm
from rocketsdr.accounts.actor import ALL_SCOPES, READ_SCOPES


def filled(actor, **given):
    form = ApiKeyForm({"name": "Claude", "preset": "read", **given}, actor=actor)
    form.is_valid()
    return form


@pytest.mark.parametrize(("preset", "scopes"), [("read", READ_SCOPES), ("prepare", PREPARING), ("everything", ALL_SCOPES)])
def test_a_preset_grants_its_scopes(person, preset, scopes):
    assert filled(person, preset=preset).cleaned_data["granted"] == scopes


def test_preparing_sends_nothing_and_manages_nothing():
    assert not {scope for scope in PREPARING if scope.endswith(":send") or scope == "admin"}


def test_single_scopes_count_only_when_they_are_chosen_one_by_one(person):
    assert filled(person, preset="chosen", scopes=["leads:read"]).cleaned_data["granted"] == {"leads:read"}
    assert filled(person, preset="read", scopes=["admin"]).cleaned_data["granted"] == READ_SCOPES
    assert filled(person, preset="chosen").errors["scopes"] == ["Choose at least one."]


def test_a_viewer_is_offered_only_what_a_viewer_may(viewer):
    form = ApiKeyForm(actor=viewer)
    assert [option.data["value"] for option, _ in form.preset_options] == ["read", "chosen"]
    assert {option.data["value"] for _, options in form.scope_groups for option in options} == READ_SCOPES
    assert "scopes" in filled(viewer, preset="chosen", scopes=["leads:write"]).errors
    assert "preset" in filled(viewer, preset="everything").errors


def test_the_key_works_through_its_last_day(person):
    assert filled(person, expires_on="2026-12-31").expires_at == datetime(2027, 1, 1, tzinfo=UTC)
    assert filled(person).expires_at is None
    assert "expires_on" in filled(person, expires_on="soon").errors
