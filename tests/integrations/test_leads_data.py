"""Lead data: connecting a vendor, what a search costs, what is taken from the budget and what is kept."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings as project
from django.db import connection, transaction

from integrations import leads_data, tasks
from integrations.lead_contracts import AnswerNotUnderstood, Criteria, LeadQuery, SearchRefused, Seniority, UnknownWords
from integrations.leads_data import BudgetReached, CostsMore, NotConnected
from integrations.models import DataAccount, DataCacheEntry, DataProvider, DataSpend
from rocketsdr.accounts.actor import ALL_SCOPES, MissingScope
from rocketsdr.accounts.models import AuditEvent
from rocketsdr.lib.addresses import PrivateAddress
from rocketsdr.lib.errors import Invalid, LimitReached, NotFound, ProviderFailed
from rocketsdr.lib.http import Answer, AnswerTooLarge, NoAnswer, NotReached
from tests import factories
from tests.fakes.vendors import answering, apollo_match, apollo_person, pdl_person

KEY = "a-key-of-the-workspace"
QUERY = LeadQuery(Criteria(titles=("CTO",), company_size=(51, 200)), Criteria(countries=("FR",)))
OPEN = LeadQuery(Criteria(titles=("CTO",)))
MONTH = factories.NOW.date().replace(day=1)


@pytest.fixture
def vendors(monkeypatch):
    vendors = answering(monkeypatch)
    vendors.say({"data": [pdl_person(1), pdl_person(2)], "scroll_token": "next", "total": 99})
    return vendors


@pytest.fixture
def account(workspace):
    return factories.DataAccountFactory.create(workspace=workspace, key=KEY, monthly_budget=100)


@pytest.fixture
def apollo(workspace):
    return factories.DataAccountFactory.create(workspace=workspace, provider="apollo", key=KEY, monthly_budget=10)


def search(actor, now, query=QUERY, page_size=25, max_credits=25, provider="people_data_labs", **how):
    return leads_data.search(actor=actor, provider=provider, query=query, page_size=page_size, max_credits=max_credits, now=now, **how)


def reveal(actor, now, *ids, max_credits=10):
    return leads_data.reveal(actor=actor, provider="apollo", ids=ids, max_credits=max_credits, now=now)


def used(month=MONTH, **of):
    return sum(DataSpend.objects.filter(month=month, **of).values_list("used", flat=True))


def actions():
    return list(AuditEvent.objects.order_by("id").values_list("action", flat=True))


# --- Accounts --------------------------------------------------------------------------------------------------------------------


def test_the_vendors_are_those_that_a_row_may_name():
    assert {slug: source.label for slug, source in leads_data.SOURCES.items()} == dict(DataProvider.choices)


def test_a_key_stands_encrypted_and_nowhere_in_the_log(person, now):
    account = leads_data.connect(actor=person, provider="apollo", key=f" {KEY}\n", monthly_budget=50, now=now)
    raw = DataAccount.objects.extra(select={"raw": "key"}).values_list("raw", flat=True).get(id=account.pk)
    assert KEY not in raw
    assert DataAccount.objects.get().key == KEY
    event = AuditEvent.objects.get()
    assert (event.action, event.via) == ("data_account.connected", "web")
    assert event.facts == {"provider": "apollo", "new": True, "monthly_budget": 50}
    assert KEY not in f"{account} {account!r} {event.facts}"


def test_connecting_again_replaces_the_key_and_the_budget(person, account, now):
    leads_data.connect(actor=person, provider="people_data_labs", key="another-key", monthly_budget=5, now=now + timedelta(days=1))
    account.refresh_from_db()
    assert (account.key, account.monthly_budget, account.created_at) == ("another-key", 5, now)
    assert AuditEvent.objects.get().facts["new"] is False


@pytest.mark.parametrize("key", ["", "short", "with a space in it", "línea-de-clave", "two\nlines-of-it", "x" * 201])
def test_what_is_no_key_is_refused(person, now, key):
    with pytest.raises(Invalid) as caught:
        leads_data.connect(actor=person, provider="apollo", key=key, monthly_budget=5, now=now)
    assert caught.value.field == "key"
    assert not DataAccount.objects.exists()


@pytest.mark.parametrize("budget", [-1, 1_000_001])
def test_a_budget_that_is_none_is_refused(person, account, now, budget):
    with pytest.raises(Invalid):
        leads_data.connect(actor=person, provider="apollo", key=KEY, monthly_budget=budget, now=now)
    with pytest.raises(Invalid):
        leads_data.set_budget(actor=person, provider="people_data_labs", monthly_budget=budget)
    assert actions() == []


def test_a_disconnected_vendor_is_forgotten_with_its_answers_but_not_what_was_used(person, account, vendors, now):
    search(person, now)
    leads_data.disconnect(actor=person, provider="people_data_labs")
    assert (DataAccount.objects.count(), DataCacheEntry.objects.count(), used()) == (0, 0, 2)
    assert actions() == ["lead_data.searched", "data_account.disconnected"]
    with pytest.raises(NotConnected) as caught:
        search(person, now)
    assert "Settings → Integrations" in caught.value.fix
    leads_data.connect(actor=person, provider="people_data_labs", key=KEY, monthly_budget=3, now=now)
    with pytest.raises(BudgetReached):
        search(person, now, page_size=2, max_credits=2)


def test_only_who_manages_the_workspace_connects_and_only_who_writes_leads_searches(viewer, person, account, vendors, now):
    member = replace(person, scopes=ALL_SCOPES - {"admin"})
    for verb in (
        lambda: leads_data.connect(actor=member, provider="apollo", key=KEY, monthly_budget=5, now=now),
        lambda: leads_data.set_budget(actor=member, provider="people_data_labs", monthly_budget=5),
        lambda: leads_data.disconnect(actor=member, provider="people_data_labs"),
        lambda: leads_data.states(actor=member, now=now),
        lambda: search(viewer, now),
        lambda: leads_data.price(actor=viewer, provider="people_data_labs", query=QUERY, number=1, now=now),
        lambda: reveal(viewer, now, "apollo-1"),
    ):
        with pytest.raises(MissingScope):
            verb()
    assert search(member, now).page.total == 99


@pytest.mark.parametrize("provider", ["", "zoominfo", "APOLLO"])
def test_a_vendor_that_there_is_none_of_is_not_found(person, now, provider):
    with pytest.raises(NotFound):
        search(person, now, provider=provider)
    with pytest.raises(NotFound):
        leads_data.connect(actor=person, provider=provider, key=KEY, monthly_budget=5, now=now)


# --- Strangers -------------------------------------------------------------------------------------------------------------------


def test_a_strangers_account_budget_and_answers_are_not_there(actor, person, stranger, account, vendors, now):
    theirs = factories.DataAccountFactory.create(workspace=stranger.workspace, key="their-own-key", monthly_budget=4)
    factories.DataAccountFactory.create(workspace=stranger.workspace, provider="apollo", key="their-other-key")
    search(stranger.actor, now, page_size=4)
    assert vendors.asked[-1].headers["X-Api-Key"] == "their-own-key"
    assert not search(actor, now, page_size=4).is_cached
    assert vendors.asked[-1].headers["X-Api-Key"] == KEY
    assert [used(workspace=each) for each in (stranger.workspace, account.workspace)] == [2, 2]
    with pytest.raises(NotConnected):
        leads_data.get_account(actor=actor, provider="apollo")
    with pytest.raises(NotConnected):
        reveal(actor, now, "apollo-1")
    assert leads_data.price(actor=actor, provider="people_data_labs", query=QUERY, number=1, now=now).left == 98
    shown = {state.source.slug: state for state in leads_data.states(actor=person, now=now)}
    assert (shown["people_data_labs"].account, shown["people_data_labs"].used, shown["apollo"].account) == (account, 2, None)
    leads_data.disconnect(actor=person, provider="people_data_labs")
    assert DataCacheEntry.objects.get().workspace == theirs.workspace


def test_a_strangers_revealed_people_are_asked_for_anew(actor, stranger, apollo, vendors, now):
    factories.DataAccountFactory.create(workspace=stranger.workspace, provider="apollo")
    vendors.say({"matches": [apollo_match()], "credits_consumed": 1})
    reveal(stranger.actor, now, "apollo-1")
    reveal(actor, now, "apollo-1")
    assert len(vendors.asked) == 2


# --- What it costs ---------------------------------------------------------------------------------------------------------------


def test_the_price_is_said_before_anybody_is_asked(actor, account, apollo, vendors, now):
    factories.DataSpendFactory.create(workspace=account.workspace, used=40)
    dear = leads_data.price(actor=actor, provider="people_data_labs", query=QUERY, number=250, now=now)
    assert (dear.search.credits, dear.search.per, dear.reveal, dear.left) == (250, "profile", None, 60)
    free = leads_data.price(actor=actor, provider="apollo", query=OPEN, number=250, now=now)
    assert (free.search.credits, free.left) == (0, 10)
    assert free.reveal is not None
    assert free.reveal.credits == 250
    assert vendors.asked == []
    assert used() == 40


def test_words_that_the_vendor_does_not_know_cost_nothing(actor, account, vendors, now):
    query = LeadQuery(Criteria(functions=("wizardry",)))
    with pytest.raises(UnknownWords):
        leads_data.price(actor=actor, provider="people_data_labs", query=query, number=1, now=now)
    with pytest.raises(UnknownWords):
        search(actor, now, query=query)
    assert (vendors.asked, used()) == ([], 0)


@pytest.mark.parametrize("query", [LeadQuery(Criteria()), LeadQuery(Criteria(), Criteria(titles=("CTO",)))])
def test_a_query_for_everybody_is_refused(actor, account, vendors, now, query):
    with pytest.raises(Invalid):
        search(actor, now, query=query)
    with pytest.raises(Invalid):
        leads_data.price(actor=actor, provider="people_data_labs", query=query, number=1, now=now)
    assert vendors.asked == []


@pytest.mark.parametrize("page_size", [0, -1, 101])
def test_a_page_has_at_least_one_and_at_most_a_hundred_people(actor, account, vendors, now, page_size):
    with pytest.raises(Invalid):
        search(actor, now, page_size=page_size, max_credits=1000)
    assert vendors.asked == []


def test_more_than_the_caller_allows_is_refused_with_the_price(actor, account, vendors, now):
    with pytest.raises(CostsMore) as caught:
        search(actor, now, page_size=25, max_credits=24)
    assert caught.value.context["credits"] == 25
    assert (vendors.asked, used()) == ([], 0)


def test_what_was_not_used_is_given_back(actor, account, vendors, now):
    during: list[int] = []
    answer = vendors.answers[0]

    def charge():
        during.append(used())
        return answer

    vendors.answers = [charge]
    found = search(actor, now, page_size=25)
    assert (during, used(), found.page.credits) == ([25], 2, 2)
    event = AuditEvent.objects.get()
    assert (event.action, event.subject_id) == ("lead_data.searched", account.pk)
    assert event.facts == {"provider": "people_data_labs", "people": 2, "credits": 2}


def test_a_vendor_that_charges_more_than_it_said_is_written_down_as_it_charged(actor, apollo, vendors, now):
    vendors.say({"matches": [apollo_match()], "credits_consumed": 3})
    reveal(actor, now, "apollo-1")
    assert used() == 3


def test_the_budget_of_the_month_is_the_end_until_the_next_one(actor, person, account, vendors, now):
    factories.DataSpendFactory.create(workspace=account.workspace, used=76)
    with pytest.raises(BudgetReached) as caught:
        search(actor, now)
    error = caught.value
    assert isinstance(error, LimitReached)
    assert error.message == "The budget of this month at People Data Labs leaves 24 of 100 credits, not 25."
    assert (error.context["used"], error.context["limit"], error.context["resets_at"]) == (76, 100, "2026-12-01T00:00:00+00:00")
    assert (vendors.asked, used()) == ([], 76)
    search(actor, now, page_size=24)
    leads_data.set_budget(actor=person, provider="people_data_labs", monthly_budget=200)
    search(actor, now, page_size=25)
    assert used() == 80
    december = datetime(2026, 12, 1, tzinfo=UTC)
    search(actor, december, page_size=26, max_credits=26)
    assert used(december.date()) == 2


def test_a_lowered_budget_and_none_at_all_leave_nothing(actor, person, account, vendors, now):
    factories.DataSpendFactory.create(workspace=account.workspace, used=50)
    for budget in (10, 0):
        leads_data.set_budget(actor=person, provider="people_data_labs", monthly_budget=budget)
        with pytest.raises(BudgetReached, match="leaves 0 of"):
            search(actor, now, page_size=1)
        assert leads_data.price(actor=actor, provider="people_data_labs", query=QUERY, number=1, now=now).left == 0
    assert vendors.asked == []


def test_searching_at_apollo_is_free_whatever_the_budget(actor, apollo, vendors, now):
    DataAccount.objects.update(monthly_budget=0)
    vendors.say({"total_entries": 1, "people": [apollo_person()]})
    assert search(actor, now, query=OPEN, provider="apollo", max_credits=0).page.total == 1
    assert not DataSpend.objects.exists()


@pytest.mark.parametrize(
    "failure",
    [
        Answer(401, {}, b""),
        Answer(402, {}, b""),
        Answer(422, {}, b""),
        Answer(429, {"Retry-After": "9"}, b""),
        Answer(500, {}, b""),
        NotReached("Nobody is there.", transient=True),
        PrivateAddress("It leads to a private address."),
    ],
    ids=["key", "credits", "query", "rate", "trouble", "not reached", "private"],
)
def test_a_refusal_gives_back_what_was_taken(actor, account, vendors, now, failure):
    vendors.answers = [failure]
    with pytest.raises(ProviderFailed) as caught:
        search(actor, now)
    assert (used(), actions()) == (0, [])
    assert not DataCacheEntry.objects.exists()
    if isinstance(failure, Answer):
        assert isinstance(caught.value, SearchRefused)


@pytest.mark.parametrize(
    "failure",
    [NoAnswer("It did not answer in time.", transient=True), AnswerTooLarge("It was too large."), Answer(200, {}, b"<html>")],
    ids=["silence", "too large", "nonsense"],
)
def test_what_may_have_been_charged_stays_taken_and_is_said(actor, account, vendors, now, failure):
    vendors.answers = [failure]
    with pytest.raises((NoAnswer, AnswerTooLarge, AnswerNotUnderstood)) as caught:
        search(actor, now)
    assert "25 credits stay taken" in caught.value.fix
    assert used() == 25
    event = AuditEvent.objects.get()
    assert (event.action, event.facts) == ("lead_data.unanswered", {"provider": "people_data_labs", "credits": 25})


@pytest.mark.django_db(transaction=True)
def test_what_costs_credits_is_not_called_in_a_transaction_that_could_forget_it(actor, account, vendors, now):
    with pytest.raises(RuntimeError), transaction.atomic():
        search(actor, now)
    assert vendors.asked == []


@pytest.mark.django_db(transaction=True)
def test_the_budget_is_exact_when_everybody_comes_at_once(actor, account, vendors, now):
    vendors.say({"data": [pdl_person(number) for number in range(10)], "total": 99})
    outcomes: list[bool] = []

    def work(worker):
        for number in range(5):
            try:
                search(actor, now, query=LeadQuery(Criteria(titles=(f"CTO {worker} {number}",))), page_size=10, max_credits=10)
                outcomes.append(True)
            except BudgetReached:
                outcomes.append(False)
        connection.close()

    workers = [threading.Thread(target=work, args=(worker,)) for worker in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert (outcomes.count(True), outcomes.count(False)) == (10, 20)
    assert (used(), len(vendors.asked)) == (100, 10)


# --- What is kept ----------------------------------------------------------------------------------------------------------------


def test_a_kept_answer_is_the_same_and_costs_nothing(actor, account, vendors, now):
    first = search(actor, now)
    again = search(actor, now + timedelta(days=29, hours=23), max_credits=0)
    assert (again.page, again.is_cached, again.fetched_at) == (replace(first.page, credits=0), True, now)
    assert again.page.people[0].seniority is Seniority.FOUNDER
    assert again.page.people[0].company_size == (10001, None)
    assert (len(vendors.asked), used()) == (1, 2)
    assert actions() == ["lead_data.searched"]


def test_another_question_is_asked(actor, account, vendors, now):
    search(actor, now)
    search(actor, now, page_size=24)
    search(actor, now, cursor="next")
    search(actor, now, query=replace(QUERY, exclude=Criteria()))
    assert len(vendors.asked) == 4


def test_an_expired_answer_is_fetched_anew(actor, account, vendors, now):
    search(actor, now)
    later = now + timedelta(days=30)
    vendors.say({"data": [pdl_person(9)], "total": 1})
    found = search(actor, later)
    assert (found.page.people[0].external_id, found.is_cached) == ("pdl-9_0000", False)
    entry = DataCacheEntry.objects.get()
    assert (entry.fetched_at, entry.expires_at) == (later, later + timedelta(days=30))
    assert "People Data Labs" in entry.licence


def test_what_is_kept_too_long_is_deleted_by_a_job_however_often_it_runs(account, now, monkeypatch):
    kept = factories.DataCacheEntryFactory.create(workspace=account.workspace, expires_at=now + timedelta(seconds=1))
    factories.DataCacheEntryFactory.create(workspace=account.workspace, expires_at=now)
    monkeypatch.setattr(tasks, "now", lambda: now)
    for _ in range(3):
        tasks.purge_lead_data(added_later=1)
    assert DataCacheEntry.objects.get() == kept
    assert "integrations.purge_lead_data" in {entry["task"] for entry in project.CELERY_BEAT_SCHEDULE.values()}


# --- Addresses -------------------------------------------------------------------------------------------------------------------


def test_revealing_costs_what_was_found_and_each_person_once(actor, apollo, vendors, now):
    vendors.say({"matches": [apollo_match(2), None], "credits_consumed": 1})
    page = reveal(actor, now, "apollo-1", "apollo-2", "apollo-2")
    assert ([person.email for person in page.people], page.credits, used()) == (["ada2@engines.example"], 1, 1)
    assert vendors.asked[0].body == {"details": [{"id": "apollo-1"}, {"id": "apollo-2"}]}
    vendors.say({"matches": [apollo_match(3)], "credits_consumed": 1})
    again = reveal(actor, now, "apollo-2", "apollo-3", max_credits=1)
    assert vendors.asked[1].body == {"details": [{"id": "apollo-3"}]}
    assert ({person.external_id for person in again.people}, again.credits) == ({"apollo-2", "apollo-3"}, 1)
    assert reveal(actor, now, "apollo-3", max_credits=0).credits == 0
    assert (len(vendors.asked), used()) == (2, 2)
    assert AuditEvent.objects.filter(action="lead_data.revealed").count() == 2


def test_revealing_keeps_to_the_budget_and_to_what_the_caller_allows(actor, apollo, vendors, now):
    with pytest.raises(CostsMore):
        reveal(actor, now, "apollo-1", "apollo-2", max_credits=1)
    factories.DataSpendFactory.create(workspace=apollo.workspace, provider="apollo", used=10)
    with pytest.raises(BudgetReached):
        reveal(actor, now, "apollo-1")
    assert vendors.asked == []


@pytest.mark.parametrize("ids", [[], [""], ["x" * 101], [f"apollo-{number}" for number in range(11)]])
def test_what_are_no_ids_is_refused(actor, apollo, vendors, now, ids):
    with pytest.raises(Invalid):
        reveal(actor, now, *ids)
    assert vendors.asked == []


def test_where_a_search_shows_addresses_there_is_nothing_to_reveal(actor, account, now):
    with pytest.raises(Invalid):
        leads_data.reveal(actor=actor, provider="people_data_labs", ids=["pdl-1_0000"], max_credits=1, now=now)


@pytest.mark.parametrize("failure", [Answer(401, {}, b""), NoAnswer("Silence.", transient=True), Answer(200, {}, b"<")])
def test_the_key_stands_in_no_error(actor, account, vendors, now, failure):
    vendors.answers = [failure]
    with pytest.raises(ProviderFailed) as caught:
        search(actor, now)
    assert KEY not in f"{caught.value.message} {caught.value.fix} {caught.value.context}"
