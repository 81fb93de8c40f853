import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.db import connection, transaction

from rocketsdr.accounts import quotas
from rocketsdr.accounts.models import QuotaUse, Workspace
from rocketsdr.accounts.quotas import QuotaExhausted


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
