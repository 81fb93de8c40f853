from datetime import UTC, datetime, timedelta

import pytest

from integrations.forms import NUMBERS, PREPARING, PRESETS, SELLING, WATCHING, ApiKeyForm, preset_of
from rocketsdr.accounts.actor import ALL_SCOPES, READ_SCOPES, Caps
from rocketsdr.accounts.services import KeyRules, KeyTerms, issue_api_key


def filled(actor, **given):
    form = ApiKeyForm({"name": "Claude", "preset": "read", **given}, actor=actor)
    form.is_valid()
    return form


@pytest.mark.parametrize(("preset", "scopes"), [("read", READ_SCOPES), ("prepare", PREPARING), ("everything", ALL_SCOPES - {"admin"})])
def test_a_preset_grants_its_scopes(person, preset, scopes):
    assert filled(person, preset=preset).cleaned_data["granted"] == scopes


def test_preparing_sends_nothing_and_manages_nothing():
    assert not {scope for scope in PREPARING if scope.endswith(":send") or scope == "admin"}


def test_a_sales_agent_sends_and_an_operator_sends_nothing_and_dashboards_see_nobody():
    assert {"campaigns:send", "inbox:send", "compliance:write"} <= SELLING
    assert not {scope for scope in WATCHING if scope.endswith(":send")}
    assert not NUMBERS & {"leads:read", "inbox:read", "crm:read"}
    assert not any("admin" in granted for _, _, granted in PRESETS.values()), "who manages people and keys is a person"


def test_a_preset_is_known_again_by_its_scopes(person, viewer):
    assert {preset_of(granted) for _, _, granted in PRESETS.values()} == PRESETS.keys()
    assert preset_of({"leads:read"}) == "chosen"
    member = ALL_SCOPES - {"admin", "oversight:write"}
    assert preset_of(PRESETS["everything"][2] & member, member) == "everything"


def test_single_scopes_count_only_when_they_are_chosen_one_by_one(person):
    assert filled(person, preset="chosen", scopes=["leads:read"]).cleaned_data["granted"] == {"leads:read"}
    assert filled(person, preset="read", scopes=["admin"]).cleaned_data["granted"] == READ_SCOPES
    assert filled(person, preset="chosen").errors["scopes"] == ["Choose at least one."]


def test_a_viewer_is_offered_only_what_a_viewer_may(viewer):
    form = ApiKeyForm(actor=viewer)
    assert [option.data["value"] for option, _ in form.preset_options] == ["read", "numbers", "chosen"]
    assert {option.data["value"] for _, options in form.scope_groups for option in options} == READ_SCOPES
    assert "scopes" in filled(viewer, preset="chosen", scopes=["leads:write"]).errors
    assert "preset" in filled(viewer, preset="everything").errors


def test_what_is_said_of_a_key_besides_its_scopes(person):
    form = filled(person, calls="9", sends="4", policy="approval", toolset="full", read_only="on")
    assert form.rules == KeyRules(toolset="full", policy="approval", caps=Caps(calls=9, sends=4), read_only=True)
    assert filled(person).rules == KeyRules()
    assert form.is_limited
    assert not filled(person).is_limited
    for wrong in ({"calls": "0"}, {"leads": "-1"}, {"sends": str(2**31)}, {"policy": "never"}, {"toolset": "all"}):
        assert filled(person, **wrong).errors.keys() == wrong.keys()


def test_only_an_owner_is_asked_whether_an_agent_may_approve(person):
    assert "may_approve" not in filled(person).fields
    assert not filled(person, may_approve="on").rules.may_approve
    form = ApiKeyForm({"name": "Claude", "preset": "read", "may_approve": "on"}, actor=person, owns=True)
    assert form.is_valid()
    assert form.rules.may_approve


def test_a_key_that_is_changed_comes_with_what_it_is(person, now):
    rules = KeyRules(policy="cooling_off", caps=Caps(leads=7), read_only=True)
    ends = now + timedelta(days=30)
    key = issue_api_key(actor=person, name="Claude", scopes=PREPARING, expires_at=ends, rules=rules, now=now).key
    shown = ApiKeyForm(actor=person, key=key)
    assert (shown["preset"].value(), shown["leads"].value(), shown["policy"].value()) == ("prepare", 7, "cooling_off")
    same = {"name": "Claude", "preset": "prepare", "expires_on": "2026-12-17", "leads": "7", "policy": "cooling_off", "read_only": "on"}
    form = ApiKeyForm(same, actor=person, key=key)
    assert form.is_valid(), form.errors
    assert (form.rules, form.terms) == (rules, KeyTerms("Claude", frozenset(PREPARING), ends)), "its last day keeps its hour"


def test_the_key_works_through_its_last_day(person):
    assert filled(person, expires_on="2026-12-31").expires_at == datetime(2027, 1, 1, tzinfo=UTC)
    assert filled(person).expires_at is None
    assert "expires_on" in filled(person, expires_on="soon").errors
