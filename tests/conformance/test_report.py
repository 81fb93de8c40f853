from __future__ import annotations

from tests.conformance.report import MAY_FAIL, NEW, OLD, Leg, last_line
from tests.conformance.suite import Scenario

FAILED = ["check: It broke"]


def test_everything_of_the_new_revision_has_to_pass():
    good, bad = Scenario("ping"), Scenario("tools-call-sampling", FAILED)
    assert Leg(NEW, ["ping"], [good, bad]).is_enough
    assert not Leg(NEW, ["ping", "tools-call-sampling"], [good, bad]).is_enough


def test_of_the_old_revision_the_four_that_ask_the_client_may_fail_and_no_other():
    allowed = [Scenario(name, FAILED) for name in sorted(MAY_FAIL[OLD])]
    names = [each.name for each in allowed]
    assert len(allowed) == 4
    assert Leg(OLD, [*names, "ping"], [*allowed, Scenario("ping")]).is_enough
    assert not Leg(OLD, [*names, "ping"], [*allowed, Scenario("ping", FAILED)]).is_enough


def test_a_required_scenario_that_was_not_run_has_not_passed():
    leg = Leg(NEW, ["ping", "tools-list"], [Scenario("ping")])
    assert (leg.is_enough, leg.score()) == (False, "1/2")
    assert "  FAIL  tools-list" in list(leg.lines())


def test_each_failure_is_told_with_what_it_means():
    scenarios = [
        Scenario("ping", FAILED),
        Scenario("tools-call-sampling", FAILED),
        Scenario("tasks", FAILED),
        Scenario("caching", [], ["ttl: Short"]),
    ]
    told = list(Leg(OLD, ["ping", "tools-call-sampling", "caching"], scenarios).lines())
    assert told == [
        "2025-11-25: 1/3 required scenarios pass.",
        "  FAIL  ping",
        "      check: It broke",
        "  fails, as it may  tools-call-sampling",
        "      check: It broke",
        "  fails, not required  tasks",
        "      check: It broke",
        "  could be better  caching",
        "      ttl: Short",
        "  Not required: 0 of 1 pass.",
    ]


def test_the_last_line_is_the_score_as_json():
    legs = [Leg(NEW, ["ping"], [Scenario("ping")]), Leg(OLD, ["ping", "caching"], [Scenario("ping")])]
    assert last_line(legs) == '{"2026-07-28":"1/1","2025-11-25":"1/2"}'
