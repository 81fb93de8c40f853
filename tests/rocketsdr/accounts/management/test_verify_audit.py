import io

import pytest
from django.core.management import CommandError, call_command

from rocketsdr.accounts import audit
from rocketsdr.accounts.models import AuditEvent


@pytest.fixture
def verify(db):
    """Run the command; return what it prints and its exit code."""

    def run(*words):
        out = io.StringIO()
        try:
            call_command("verify_audit", *map(str, words), stdout=out)
        except SystemExit as exit_:
            return out.getvalue(), exit_.code
        return out.getvalue(), 0

    return run


@pytest.fixture
def chains(actor, stranger):
    for number in range(4):
        audit.record(actor, "tested", number=number)
        audit.record(stranger.actor, "tested", number=number)


def test_a_line_for_each_workspace_says_that_its_chain_holds(verify, chains, workspace, stranger):
    lines = sorted([f"{workspace.id} Acme: all 4 events hold\n", f"{stranger.workspace.id} Initech: all 4 events hold\n"])
    printed, code = verify()
    assert (sorted(printed.splitlines(keepends=True)), code) == (lines, 0)


def test_a_tampered_chain_is_named_with_its_places_and_the_command_fails(verify, chains, workspace, stranger):
    AuditEvent.objects.filter(workspace=workspace, sequence=2).update(action="something else")
    AuditEvent.objects.filter(workspace=workspace, sequence=4).delete()
    printed, code = verify()
    assert f"{workspace.id} Acme: broken at 2, 4\n" in printed
    assert f"{stranger.workspace.id} Initech: all 4 events hold\n" in printed
    assert code == 1
    assert verify(stranger.workspace.id) == (f"{stranger.workspace.id} Initech: all 4 events hold\n", 0)


def test_a_chain_that_is_broken_everywhere_is_said_in_one_line(verify, actor, workspace):
    for number in range(30):
        audit.record(actor, "tested", number=number)
    AuditEvent.objects.update(hash="0" * 64)
    printed, code = verify(workspace.id)
    assert printed.startswith(f"{workspace.id} Acme: broken at 1, 2, 3, ")
    assert printed.endswith("20 and more\n")
    assert code == 1


def test_a_workspace_without_events_is_whole(verify, workspace):
    assert verify(workspace.id) == (f"{workspace.id} Acme: all 0 events hold\n", 0)


def test_an_unknown_workspace_is_refused_in_one_sentence(verify):
    with pytest.raises(CommandError, match="There is no workspace 999999999"):
        verify(999_999_999)
