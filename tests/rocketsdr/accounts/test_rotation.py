"""Another secret for the same key: the old one goes on for a while, and everything else stays."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError

from rocketsdr.accounts import approvals, quotas
from rocketsdr.accounts.actor import READ_SCOPES, Caps
from rocketsdr.accounts.approvals import Act, OnlyPeopleApprove
from rocketsdr.accounts.models import ApiKey, AuditEvent
from rocketsdr.accounts.quotas import CapExhausted
from rocketsdr.accounts.rotation import KeyEnded, NoOldSecret, OnlyPeopleRotate, OnlyTheMakerRotates, end_old_secret, rotate_api_key
from rocketsdr.accounts.services import KeyRevoked, KeyRules, actor_of_api_key, actor_of_member, issue_api_key, revoke_api_key
from rocketsdr.lib.errors import Invalid, NotFound
from tests import factories

DAY = timedelta(hours=24)


def caller(secret, now):
    actor = actor_of_api_key(secret, now=now)
    assert actor is not None
    return actor


def rotate(asker, issued, now, overlap=DAY):
    return rotate_api_key(actor=asker, key_id=issued.key.id, overlap=overlap, now=now)


@pytest.mark.attack(96)
def test_both_secrets_work_until_the_overlap_ends_and_then_only_the_new_one(person, api_key, now):
    fresh = rotate(person, api_key, now)
    assert fresh.secret != api_key.secret
    last_moment = now + DAY - timedelta(seconds=1)
    for moment, works in ((now, True), (last_moment, True), (now + DAY, False)):
        assert (actor_of_api_key(api_key.secret, now=moment) is not None) == works
        assert actor_of_api_key(fresh.secret, now=moment) is not None


def test_both_secrets_are_one_credential_with_the_same_settings(person, now):
    rules = KeyRules(policy="approval", caps=Caps(calls=5), read_only=True)
    old = issue_api_key(actor=person, name="Claude", scopes=READ_SCOPES, rules=rules, now=now)
    fresh = rotate(person, old, now)
    assert caller(old.secret, now) == caller(fresh.secret, now)
    assert ApiKey.objects.count() == 1


def test_rotating_gives_no_new_caps(person, now):
    old = issue_api_key(actor=person, name="Claude", scopes=READ_SCOPES, rules=KeyRules(caps=Caps(calls=1)), now=now)
    quotas.count_call(caller(old.secret, now), now=now)
    fresh = rotate(person, old, now)
    with pytest.raises(CapExhausted):
        quotas.count_call(caller(fresh.secret, now), now=now)


def test_a_key_never_approves_under_its_new_secret_what_it_asked_for_under_the_old_one(person, api_key, now, monkeypatch):
    monkeypatch.setitem(approvals._acts, "tests.act", Act(lambda *_: None, lambda *_: None))
    ApiKey.objects.update(may_approve=True)
    asker = caller(api_key.secret, now)
    waiting = approvals.file(actor=asker, kind="tests.act", subject_id=7, digest="a" * 64, text="Send.", now=now)
    renewed = caller(rotate(person, api_key, now).secret, now)
    with pytest.raises(OnlyPeopleApprove):
        approvals.decide(actor=renewed, approval_id=waiting.id, approve=True, digest="a" * 64, now=now)


def test_a_leaked_secret_ends_at_once(person, api_key, now):
    fresh = rotate(person, api_key, now, overlap=timedelta())
    assert actor_of_api_key(api_key.secret, now=now) is None
    assert actor_of_api_key(fresh.secret, now=now) is not None
    assert fresh.key.previous_prefix is None


def test_a_second_rotation_ends_the_oldest_secret_at_once(person, api_key, now):
    second = rotate(person, api_key, now)
    third = rotate(person, second, now)
    assert [actor_of_api_key(each.secret, now=now) is not None for each in (api_key, second, third)] == [False, True, True]


def test_the_old_secret_never_outlives_the_key(person, now):
    ends = now + timedelta(hours=2)
    old = issue_api_key(actor=person, name="Claude", scopes=READ_SCOPES, expires_at=ends, now=now)
    fresh = rotate(person, old, now)
    assert fresh.key.previous_until == ends
    assert actor_of_api_key(old.secret, now=ends) is actor_of_api_key(fresh.secret, now=ends) is None


def test_revoking_the_key_ends_both_secrets(person, api_key, now):
    fresh = rotate(person, api_key, now)
    revoke_api_key(actor=person, key_id=api_key.key.id, now=now)
    assert actor_of_api_key(api_key.secret, now=now) is actor_of_api_key(fresh.secret, now=now) is None
    with pytest.raises(KeyRevoked):
        rotate(person, fresh, now)


def test_the_old_secret_is_ended_early_when_nothing_uses_it_any_more(person, api_key, now):
    fresh = rotate(person, api_key, now)
    end_old_secret(actor=person, key_id=api_key.key.id, now=now)
    assert actor_of_api_key(api_key.secret, now=now) is None
    assert actor_of_api_key(fresh.secret, now=now) is not None
    with pytest.raises(NoOldSecret):
        end_old_secret(actor=person, key_id=api_key.key.id, now=now)


def test_the_last_use_of_each_secret_is_noted_apart(person, api_key, now):
    actor_of_api_key(api_key.secret, now=now)
    fresh = rotate(person, api_key, now)
    assert (fresh.key.last_used_at, fresh.key.previous_used_at) == (None, now)
    later = now + timedelta(hours=1)
    actor_of_api_key(api_key.secret, now=later)
    assert (ApiKey.objects.get().last_used_at, ApiKey.objects.get().previous_used_at) == (None, later)
    actor_of_api_key(fresh.secret, now=later + timedelta(hours=1))
    assert ApiKey.objects.get().last_used_at == later + timedelta(hours=1)


def test_a_rotated_key_still_costs_one_statement(person, api_key, now, django_assert_num_queries):
    fresh = rotate(person, api_key, now)
    for secret in (api_key.secret, fresh.secret):
        actor_of_api_key(secret, now=now)
        with django_assert_num_queries(1):
            assert actor_of_api_key(secret, now=now) is not None


def test_the_prefix_of_one_secret_does_not_open_the_key_with_the_rest_of_the_other(person, api_key, now):
    fresh = rotate(person, api_key, now)
    old_head, fresh_head = api_key.secret[:19], fresh.secret[:19]
    assert actor_of_api_key(old_head + fresh.secret[19:], now=now) is None
    assert actor_of_api_key(fresh_head + api_key.secret[19:], now=now) is None


@pytest.mark.attack(96)
def test_rotating_is_audited_without_either_secret(person, api_key, now):
    fresh = rotate(person, api_key, now)
    event = AuditEvent.objects.latest("id")
    assert (event.action, event.subject_id, event.facts) == ("api_key.rotated", api_key.key.id, {"overlap_minutes": 1440})
    assert not any(secret.rpartition("_")[2] in str(vars(row)) for secret in (api_key.secret, fresh.secret) for row in (event, fresh.key))


def test_an_expired_key_and_too_long_an_overlap_are_refused(person, api_key, now):
    with pytest.raises(Invalid) as caught:
        rotate(person, api_key, now, overlap=timedelta(days=31))
    assert caught.value.field == "overlap"
    ApiKey.objects.update(expires_at=now)
    with pytest.raises(KeyEnded):
        rotate(person, api_key, now)


def test_nobody_rotates_the_key_of_somebody_else(viewer, stranger, actor, api_key, now):
    for asker in (viewer, replace(stranger.actor, credential="")):
        for verb in (lambda who: rotate(who, api_key, now), lambda who: end_old_secret(actor=who, key_id=api_key.key.id, now=now)):
            with pytest.raises(NotFound):
                verb(asker)
    with pytest.raises(OnlyPeopleRotate):
        rotate(actor, api_key, now)


def test_who_manages_the_workspace_gets_no_secret_that_speaks_as_somebody_else(person, api_key, now):
    admin = factories.UserFactory.create()
    factories.MembershipFactory.create(workspace=api_key.key.workspace, user=admin, role="admin")
    manager = actor_of_member(user=admin, workspace_id=api_key.key.workspace_id)
    assert manager is not None
    with pytest.raises(OnlyTheMakerRotates):
        rotate(manager, api_key, now)
    rotate(person, api_key, now)
    end_old_secret(actor=manager, key_id=api_key.key.id, now=now)  # an end is for whoever manages


def test_the_database_keeps_an_old_secret_without_an_end_out(api_key):
    with pytest.raises(IntegrityError):
        ApiKey.objects.update(previous_prefix="abcdefgh")
