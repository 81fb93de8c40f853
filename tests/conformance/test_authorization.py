from __future__ import annotations

from tests.conformance.authorization import CHECKS, _faults

GOOD = [{"id": name, "status": "SUCCESS"} for name in sorted(CHECKS)]


def test_a_run_in_which_every_check_succeeds_has_no_fault():
    assert _faults(GOOD) == []


def test_what_failed_was_skipped_or_was_not_come_to_is_a_fault():
    failed = {**GOOD[0], "status": "FAILURE", "errorMessage": "Timeout: No callback received"}
    skipped = {**GOOD[1], "status": "SKIPPED"}
    assert _faults([failed, skipped]) == [
        f"{GOOD[0]['id']}: Timeout: No callback received",
        f"{GOOD[1]['id']}: SKIPPED",
        f"{GOOD[2]['id']}: not checked",
    ]
