import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.db import connection, transaction

from rocketsdr.accounts import quotas
from rocketsdr.accounts.actor import Caps
from rocketsdr.accounts.models import ApiKey, QuotaUse, Workspace
from rocketsdr.accounts.quotas import CapExhausted, QuotaExhausted


def _used(actor, now):
    return {quota.name: quota.used for quota in quotas.overview(actor, now=now)}


def test_a_quota_counts_up_to_its_limit_and_then_says_when_it_resets(actor, now):
    taken = [quotas.take(actor, "create_campaign", now=now).used for _ in range(10)]
    assert taken == list(range(1, 11))
    with pytest.raises(QuotaExhausted) as caught:
        quotas.take(actor, "create_campaign", now=now)
    assert caught.value.message == "daily quota for create_campaign exhausted (10/10). Resets at 00:00 UTC."
    assert caught.value.context["resets_at"] == "2026-11-18T00:00:00+00:00"
    assert _used(actor, now) == {"preview_leads": 0, "create_campaign": 10}


def test_the_defaults_are_twenty_previews_and_ten_campaigns(actor, now):
    assert {quota.name: quota.limit for quota in quotas.overview(actor, now=now)} == {"preview_leads": 20, "create_campaign": 10}


def test_a_day_is_a_day_in_utc(actor):
    east = timezone(timedelta(hours=14))
    quotas.take(actor, "preview_leads", now=datetime(2026, 11, 18, 13, 59, tzinfo=east))  # still the 17th in UTC
    assert _used(actor, datetime(2026, 11, 17, 23, 59, tzinfo=UTC))["preview_leads"] == 1
    assert _used(actor, datetime(2026, 11, 18, 0, 0, tzinfo=UTC))["preview_leads"] == 0


def test_a_workspace_may_have_limits_of_its_own(actor, now):
    Workspace.objects.update(quota_limits={"create_campaign": 2, "preview_leads": 0, "unknown": 5})
    assert {quota.name: quota.limit for quota in quotas.overview(actor, now=now)} == {"preview_leads": 0, "create_campaign": 2}
    with pytest.raises(QuotaExhausted, match=r"\(0/0\)"):
        quotas.take(actor, "preview_leads", now=now)
    assert not QuotaUse.objects.exists()


def test_a_lowered_limit_shows_no_more_than_itself(actor, now):
    for _ in range(5):
        quotas.take(actor, "create_campaign", now=now)
    Workspace.objects.update(quota_limits={"create_campaign": 3})
    assert _used(actor, now)["create_campaign"] == 3
    with pytest.raises(QuotaExhausted, match=r"\(3/3\)"):
        quotas.take(actor, "create_campaign", now=now)


def test_what_fails_afterwards_is_given_back(actor, now):
    with pytest.raises(RuntimeError), transaction.atomic():
        quotas.take(actor, "create_campaign", now=now)
        raise RuntimeError
    assert _used(actor, now)["create_campaign"] == 0


def test_workspaces_do_not_share_a_quota(actor, stranger, now):
    for _ in range(10):
        quotas.take(stranger.actor, "create_campaign", now=now)
    assert quotas.take(actor, "create_campaign", now=now).used == 1


@pytest.mark.django_db(transaction=True)
def test_the_limit_is_exact_when_everybody_comes_at_once(actor, now):
    outcomes: list[int | None] = []

    def take_five():
        for _ in range(5):
            try:
                outcomes.append(quotas.take(actor, "create_campaign", now=now).used)
            except QuotaExhausted:
                outcomes.append(None)
        connection.close()

    threads = [threading.Thread(target=take_five) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(used for used in outcomes if used) == list(range(1, 11))
    assert outcomes.count(None) == 20


# --- Caps of one credential --------------------------------------------------------------------------------------------------------


@pytest.fixture
def capped(actor):
    return replace(actor, caps=Caps(calls=3, campaigns=2, leads=10))


def _at_once(take, *, threads, times):
    """Run something in so many threads, each with a connection of its own; return how often it went through, and how often not."""
    outcomes: list[bool] = []

    def work():
        for _ in range(times):
            try:
                take()
                outcomes.append(True)
            except CapExhausted:
                outcomes.append(False)
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return outcomes.count(True), outcomes.count(False)


def test_a_credential_without_a_cap_on_calls_costs_no_statement(actor, now, django_assert_num_queries):
    with django_assert_num_queries(0):
        quotas.count_call(actor, now=now)
    with django_assert_num_queries(1):
        quotas.count_call(replace(actor, caps=Caps(calls=3)), now=now)


def test_calls_count_up_to_the_cap_and_begin_anew_the_next_day(capped, now):
    for _ in range(3):
        quotas.count_call(capped, now=now)
    with pytest.raises(CapExhausted) as caught:
        quotas.count_call(capped, now=now)
    assert caught.value.message == "daily quota of this credential for calls exhausted (3/3). Resets at 00:00 UTC."
    assert (caught.value.context["used"], caught.value.context["limit"]) == (3, 3)
    assert caught.value.context["resets_at"] == "2026-11-18T00:00:00+00:00"
    quotas.count_call(capped, now=now + timedelta(days=1))


def test_a_campaign_uses_the_quota_of_the_workspace_and_the_cap_of_the_credential(capped, actor, now):
    for _ in range(2):
        quotas.take(capped, "create_campaign", now=now)
    with pytest.raises(CapExhausted, match=r"quota of this credential for campaigns exhausted \(2/2\)"):
        quotas.take(capped, "create_campaign", now=now)
    assert _used(actor, now)["create_campaign"] == 2
    other = replace(actor, credential="key:7", caps=Caps(campaigns=1))
    assert quotas.take(other, "create_campaign", now=now).used == 3, "another credential has its own cap"


def test_leads_are_taken_all_or_none(capped, now):
    quotas.use_cap(capped, "leads", number=8, now=now)
    with pytest.raises(CapExhausted, match=r"for leads leaves 2, not 3 \(8/10\)"):
        quotas.use_cap(capped, "leads", number=3, now=now)
    quotas.use_cap(capped, "leads", number=2, now=now)
    quotas.use_cap(capped, "leads", number=0, now=now)
    with pytest.raises(CapExhausted, match=r"leads exhausted \(10/10\)"):
        quotas.use_cap(capped, "leads", number=1, now=now)


def test_more_than_the_cap_at_once_is_refused_at_the_first_time_too(capped, now):
    with pytest.raises(CapExhausted, match=r"leaves 10, not 11 \(0/10\)"):
        quotas.use_cap(capped, "leads", number=11, now=now)
    assert not QuotaUse.objects.exists()


def test_two_credentials_together_use_both_their_caps(actor, now):
    first, second = replace(actor, caps=Caps(calls=2)), replace(actor, credential="key:2", caps=Caps(calls=3))
    quotas.count_call(second, now=now)
    for _ in range(2):
        quotas.count_call(first.joined(replace(second, caps=Caps(calls=5))), now=now + timedelta(days=1))
    with pytest.raises(CapExhausted):
        quotas.count_call(first, now=now + timedelta(days=1))
    quotas.count_call(second, now=now + timedelta(days=1))
    with pytest.raises(CapExhausted):
        quotas.count_call(second, now=now + timedelta(days=1))


def test_the_overview_of_caps_shows_what_is_used_today(capped, actor, now):
    quotas.count_call(capped, now=now)
    shown = {cap.name: (cap.used, cap.limit) for cap in quotas.caps_overview(capped, now=now)}
    assert shown == {"calls": (1, 3), "campaigns": (0, 2), "leads": (0, 10)}
    assert quotas.caps_overview(actor, now=now) == []


def test_the_same_credential_of_another_workspace_is_another(capped, stranger, now):
    for _ in range(3):
        quotas.count_call(replace(stranger.actor, credential="key:1", caps=capped.caps), now=now)
    quotas.count_call(capped, now=now)


def test_why_nothing_is_sent_names_the_cap_of_the_key(api_key, workspace, stranger, now):
    credential = api_key.key.credential
    assert quotas.why_nothing_is_sent(workspace.id, credential, now=now) == ""
    ApiKey.objects.update(sends_per_day=2)
    assert quotas.why_nothing_is_sent(workspace.id, credential, now=now) == ""
    QuotaUse.objects.create(workspace=workspace, credential=credential, name="sends", day=now.date(), used=2)
    said = "The daily quota of e-mails of the credential that launched it is exhausted (2/2). Resets at 00:00 UTC."
    assert quotas.why_nothing_is_sent(workspace.id, credential, now=now) == said
    assert quotas.why_nothing_is_sent(workspace.id, "", now=now) == ""
    assert quotas.why_nothing_is_sent(stranger.workspace.id, credential, now=now) == ""


@pytest.mark.django_db(transaction=True)
def test_a_cap_on_calls_is_exact_when_an_agent_calls_from_everywhere(actor, now):
    busy = replace(actor, caps=Caps(calls=17))
    assert _at_once(lambda: quotas.count_call(busy, now=now), threads=6, times=5) == (17, 13)


@pytest.mark.django_db(transaction=True)
def test_a_cap_on_leads_is_exact_when_files_come_at_once(actor, now):
    busy = replace(actor, caps=Caps(leads=100))
    assert _at_once(lambda: quotas.use_cap(busy, "leads", number=7, now=now), threads=6, times=5) == (14, 16)
    assert QuotaUse.objects.get().used == 98
