import threading

import pytest
from django.db import connection, transaction

from rocketsdr.accounts import audit
from rocketsdr.accounts.models import AuditEvent
from rocketsdr.accounts.models.audit import GENESIS, AuditHead


def _events(workspace):
    return list(AuditEvent.objects.filter(workspace=workspace).order_by("sequence"))


def test_an_event_says_who_did_what_to_what_through_which_door(actor, product):
    event = audit.record(actor, "product.created", product, fields="name", count=3)
    assert (event.user_id, event.via, event.credential) == (actor.user_id, "mcp", "key:1")
    assert (event.action, event.subject_kind, event.subject_id) == ("product.created", "product", product.id)
    assert event.facts == {"fields": "name", "count": 3}


def test_an_event_may_have_no_subject(actor):
    event = audit.record(actor, "workspace.paused")
    assert (event.subject_kind, event.subject_id) == ("", None)


def test_each_event_is_chained_to_the_one_before(actor, workspace):
    for number in range(3):
        audit.record(actor, "tested", number=number)
    events = _events(workspace)
    assert [event.sequence for event in events] == [1, 2, 3]
    assert [event.prev_hash for event in events] == [GENESIS, events[0].hash, events[1].hash]
    assert list(audit.broken_links(workspace.id)) == []


def test_a_chain_of_one_workspace_says_nothing_about_another(actor, workspace, stranger):
    audit.record(actor, "tested")
    audit.record(stranger.actor, "tested")
    assert _events(stranger.workspace)[0].prev_hash == GENESIS
    assert _events(workspace)[0].hash != _events(stranger.workspace)[0].hash


@pytest.mark.parametrize(
    "change",
    [
        {"action": "else"},
        {"facts": {"number": 9}},
        {"user_id": None},
        {"via": "web"},
        {"credential": ""},
        {"subject_id": 4},
        {"at": "2020-01-01T00:00:00Z"},
        {"hash": "0" * 64},
    ],
)
def test_a_changed_event_breaks_the_chain_at_its_place(actor, workspace, change):
    for number in range(3):
        audit.record(actor, "tested", number=number)
    AuditEvent.objects.filter(sequence=2).update(**change)
    assert 2 in audit.broken_links(workspace.id)


def test_a_removed_event_breaks_the_chain_wherever_it_stood(actor, workspace):
    for number in range(4):
        audit.record(actor, "tested", number=number)
    with transaction.atomic():
        AuditEvent.objects.filter(sequence=2).delete()
        assert list(audit.broken_links(workspace.id)) == [3]
        transaction.set_rollback(True)
    AuditEvent.objects.filter(sequence=4).delete()
    assert list(audit.broken_links(workspace.id)) == [4]


def test_a_chain_without_events_is_whole_unless_its_head_says_otherwise(actor, workspace):
    assert list(audit.broken_links(workspace.id)) == []
    audit.record(actor, "tested")
    AuditEvent.objects.all().delete()
    assert AuditHead.objects.get().sequence == 1
    assert list(audit.broken_links(workspace.id)) == [1]


def test_what_is_rolled_back_was_never_recorded(actor, workspace):
    with pytest.raises(RuntimeError), transaction.atomic():
        audit.record(actor, "tested")
        raise RuntimeError
    audit.record(actor, "tested again")
    assert [event.action for event in _events(workspace)] == ["tested again"]
    assert list(audit.broken_links(workspace.id)) == []


@pytest.mark.django_db(transaction=True)
def test_events_at_the_same_moment_get_one_order(actor, workspace):
    def record_five():
        with transaction.atomic():
            for number in range(5):
                audit.record(actor, "tested", number=number)
        connection.close()

    threads = [threading.Thread(target=record_five) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [event.sequence for event in _events(workspace)] == list(range(1, 31))
    assert list(audit.broken_links(workspace.id)) == []
