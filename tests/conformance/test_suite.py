from __future__ import annotations

import json

import pytest

from tests.conformance import suite
from tests.conformance.suite import Scenario

AT = "2026-11-24T10-00-00-000Z"


def write(results, scenario, *checks):
    folder = results / f"server-{scenario}-{AT}"
    folder.mkdir()
    named = [{"id": f"check-{number}", "description": "It works", **check} for number, check in enumerate(checks)]
    (folder / "checks.json").write_text(json.dumps(named))


def test_a_scenario_passes_when_nothing_in_it_failed(tmp_path):
    write(tmp_path, "ping", {"status": "SUCCESS"}, {"status": "INFO"}, {"status": "SKIPPED"})
    [found] = suite.read(tmp_path, ["ping"])
    assert (found, found.passed) == (Scenario("ping"), True)


def test_failures_and_warnings_are_told_in_the_suites_words(tmp_path):
    write(
        tmp_path,
        "ping",
        {"status": "FAILURE", "errorMessage": "No answer"},
        {"status": "FAILURE"},
        {"status": "WARNING", "errorMessage": "Slow"},
    )
    [found] = suite.read(tmp_path, ["ping"])
    assert found == Scenario("ping", failures=["check-0: No answer", "check-1: It works"], warnings=["check-2: Slow"])
    assert not found.passed


def test_a_scenario_whose_name_begins_like_anothers_is_another_one(tmp_path):
    write(tmp_path, "tools-call", {"status": "SUCCESS"})
    write(tmp_path, "tools-call-error", {"status": "FAILURE"})
    assert [each.passed for each in suite.read(tmp_path, ["tools-call", "tools-call-error"])] == [True, False]


def test_a_scenario_without_a_result_has_failed(tmp_path):
    write(tmp_path, "empty")
    assert [each.passed for each in suite.read(tmp_path, ["empty", "absent"])] == [False, False]


def test_what_the_suite_said_that_it_runs_is_read():
    said = "Running 2 scenarios\n\n=== Running scenario: ping ===\n✓ ping: fine\n=== Running scenario: tools-list ===\n=== SUMMARY ===\n"
    assert suite.names_run(said) == ["ping", "tools-list"]


def test_only_what_a_server_has_to_pass_is_required(tmp_path, monkeypatch):
    monkeypatch.setattr(suite, "SUITE", tmp_path)
    (tmp_path / "requirements").mkdir()
    text = (
        "# Required\n\nserver:\n  - ping\n  - tools-list\n\nclient:\n  - initialize\n\nnot_scored:\n  - scenario: extra\n    leg: server\n"
    )
    (tmp_path / "requirements" / "2025-11-25.yaml").write_text(text)
    assert suite.required("2025-11-25") == ["ping", "tools-list"]


def test_a_list_in_another_form_is_no_empty_list(tmp_path, monkeypatch):
    monkeypatch.setattr(suite, "SUITE", tmp_path)
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "2025-11-25.yaml").write_text("server: [ping]\n")
    with pytest.raises(AssertionError, match="in another way"):
        suite.required("2025-11-25")
