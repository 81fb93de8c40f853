"""Apollo's people search and its enrichment: what it is asked, and what its answers mean."""

from __future__ import annotations

import pytest

from integrations.lead_contracts import Criteria, EmailStatus, LeadQuery, Seniority, UnknownWords
from integrations.providers.apollo import LICENCE, SOURCE
from rocketsdr.lib.errors import Invalid
from tests.fakes.vendors import answering, apollo_match, apollo_person

KEY = "apollo-key-0123456789"


@pytest.fixture
def vendors(monkeypatch):
    vendors = answering(monkeypatch)
    vendors.say({"total_entries": 3, "people": [apollo_person()]})
    return vendors


def find(page_size=25, cursor="", exclude=None, **wanted):
    return SOURCE.count_and_page(LeadQuery(Criteria(**wanted), exclude or Criteria()), key=KEY, page_size=page_size, cursor=cursor)


def refused(exclude=None, **wanted):
    with pytest.raises(UnknownWords) as caught:
        SOURCE.price(LeadQuery(Criteria(**wanted), exclude or Criteria()), 1)
    return caught.value


def test_every_filter_is_asked_for_in_apollos_words(vendors):
    find(
        countries=("DE",),
        regions=("US-CA",),
        cities=("Berlin, DE", "Portland, US-OR"),
        titles=("Head of Data",),
        seniorities=("c_suite", "head"),
        industries=("machine tools",),
        technologies=("Google Analytics", "wordpress.org"),
        company_size=(51, 200),
        exclude=Criteria(technologies=("Salesforce",)),
    )
    [asked] = vendors.asked
    assert asked.path == "/api/v1/mixed_people/api_search"
    assert asked.headers["X-Api-Key"] == KEY
    assert KEY not in asked.url
    assert sorted(asked.parameters) == sorted(
        [
            ("person_titles[]", "Head of Data"),
            ("include_similar_titles", "false"),
            ("person_seniorities[]", "c_suite"),
            ("person_seniorities[]", "head"),
            ("person_locations[]", "Germany"),
            ("person_locations[]", "California, United States"),
            ("person_locations[]", "Berlin, Germany"),
            ("person_locations[]", "Portland, Oregon, United States"),
            ("organization_num_employees_ranges[]", "51,200"),
            ("currently_using_any_of_technology_uids[]", "google_analytics"),
            ("currently_using_any_of_technology_uids[]", "wordpress_org"),
            ("currently_not_using_any_of_technology_uids[]", "salesforce"),
            ("q_keywords", "machine tools"),
            ("page", "1"),
            ("per_page", "25"),
        ]
    )


@pytest.mark.parametrize("seniority", [each.value for each in Seniority if each is not Seniority.UNKNOWN])
def test_our_seniorities_are_apollos(vendors, seniority):
    find(seniorities=(seniority,))
    assert ("person_seniorities[]", seniority) in vendors.asked[0].parameters


@pytest.mark.parametrize(
    ("given", "ranges"),
    [
        ({"company_size": (None, 10)}, ["1,10"]),
        ({"company_size": (1001, None)}, ["1001,10000000"]),
        ({"titles": ("CTO",), "exclude": Criteria(company_size=(51, 200))}, ["1,50", "201,10000000"]),
        ({"titles": ("CTO",), "exclude": Criteria(company_size=(None, 50))}, ["51,10000000"]),
        ({"titles": ("CTO",), "exclude": Criteria(company_size=(201, None))}, ["1,200"]),
    ],
)
def test_a_company_size_is_a_range_and_an_excluded_one_is_what_is_left(vendors, given, ranges):
    find(**given)
    assert [value for name, value in vendors.asked[0].parameters if name.startswith("organization_num")] == ranges


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"functions": ("sales", "it")}, {"functions": ["sales", "it"]}),
        ({"seniorities": ("wizard", "vp")}, {"seniorities": ["wizard"]}),
        ({"countries": ("XX", "DE", "")}, {"countries": ["XX", ""]}),
        ({"regions": ("DE-BY", "US-ZZ")}, {"regions": ["DE-BY", "US-ZZ"]}),
        ({"cities": ("Berlin", "Paris, XX", ", DE")}, {"cities": ["Berlin", "Paris, XX", ", DE"]}),
        ({"industries": ("machinery", "banking")}, {"industries": ["banking"]}),
        (
            {"titles": ("CTO",), "exclude": Criteria(titles=("Intern",), countries=("FR",))},
            {"exclude.countries": ["FR"], "exclude.titles": ["Intern"]},
        ),
        ({"company_size": (1, 50), "exclude": Criteria(company_size=(11, 20))}, {"exclude.company_size": ["11-20"]}),
        ({"titles": ("CTO",), "exclude": Criteria(company_size=(None, None))}, {"exclude.company_size": ["1+"]}),
    ],
)
def test_what_apollo_has_no_filter_for_is_refused_by_its_name_before_anybody_is_asked(vendors, given, words):
    error = refused(**given)
    assert error.context["words"] == words
    assert all(word in error.message for each in words.values() for word in each)
    with pytest.raises(UnknownWords):
        find(**given)
    assert vendors.asked == []


def test_a_search_shows_people_without_addresses_and_costs_nothing(vendors):
    page = find(titles=("Head of Data",))
    assert (page.total, page.next, page.credits) == (3, "", 0)
    [person] = page.people
    assert (person.provider, person.external_id, person.licence) == ("apollo", "apollo-1", LICENCE)
    assert (person.full_name, person.first_name, person.last_name) == ("Ada Lo***e", "Ada", "")
    assert (person.email, person.email_status) == (None, EmailStatus.LOCKED)
    assert (person.company, person.company_size, person.country) == ("Analytical Engines", None, "")
    assert SOURCE.price(LeadQuery(Criteria(titles=("CTO",))), 100).credits == 0


def test_pages_go_on_until_everybody_was_shown_or_apollo_shows_no_more(vendors):
    vendors.say({"total_entries": 90_000, "people": []})
    assert find(titles=("CTO",), page_size=100).next == "2"
    assert find(titles=("CTO",), page_size=100, cursor="499").next == "500"
    assert find(titles=("CTO",), page_size=100, cursor="500").next == ""
    assert ("page", "500") in vendors.asked[-1].parameters
    for cursor in ("0", "501", "-1", "two", "٣", "99999999"):
        with pytest.raises(Invalid):
            find(titles=("CTO",), cursor=cursor)


def test_a_reveal_asks_for_ids_and_gives_whole_people(vendors):
    vendors.say({"matches": [apollo_match(2), None, apollo_match(1)], "credits_consumed": 2})
    page = SOURCE.reveal(["apollo-1", "apollo-2", "apollo-3"], key=KEY)
    [asked] = vendors.asked
    assert (asked.path, asked.body) == ("/api/v1/people/bulk_match", {"details": [{"id": f"apollo-{number}"} for number in (1, 2, 3)]})
    assert dict(asked.parameters) == {"reveal_personal_emails": "false", "reveal_phone_number": "false"}
    assert page.credits == 2
    assert [person.external_id for person in page.people] == ["apollo-2", "apollo-1"]
    person = page.people[1]
    assert (person.email, person.email_status) == ("ada1@engines.example", EmailStatus.VERIFIED)
    assert (person.full_name, person.last_name, person.seniority) == ("Ada Lovelace", "Lovelace", Seniority.HEAD)
    assert (person.city, person.region, person.country) == ("London", "England", "GB")
    assert (person.company_domain, person.company_size, person.industry) == ("engines.example", (42, 42), "machinery")
    assert SOURCE.price_of_reveal(3).credits == 3


def test_somebody_who_was_not_asked_for_is_left_out_and_what_is_not_said_of_the_cost_is_counted(vendors):
    vendors.say({"matches": [apollo_match(1), apollo_match(7)]})
    page = SOURCE.reveal(["apollo-1"], key=KEY)
    assert ([person.external_id for person in page.people], page.credits) == (["apollo-1"], 1)


@pytest.mark.parametrize(
    ("said", "email", "status"),
    [
        ({"email_status": "likely to engage"}, "ada1@engines.example", EmailStatus.VERIFIED),
        ({"email_status": "extrapolated"}, "ada1@engines.example", EmailStatus.GUESSED),
        ({"email_status": "blessed"}, "ada1@engines.example", EmailStatus.UNKNOWN),
        ({"email_status": None}, "ada1@engines.example", EmailStatus.UNKNOWN),
        ({"email": "email_not_unlocked@domain.com"}, None, EmailStatus.LOCKED),
        ({"email": None}, None, EmailStatus.UNKNOWN),
        ({"email": None, "has_email": False}, None, EmailStatus.UNAVAILABLE),
    ],
)
def test_an_address_is_one_or_says_why_it_is_none(vendors, said, email, status):
    vendors.say({"matches": [apollo_match(**said)]})
    [person] = SOURCE.reveal(["apollo-1"], key=KEY).people
    assert (person.email, person.email_status) == (email, status)


def test_words_that_nobody_knows_are_unknown_and_not_a_crash(vendors):
    odd = apollo_match(seniority="emperor", country="Atlantis", title=["CTO"], organization="Engines", city=7, linkedin_url=None)
    vendors.say({"total_entries": "many", "people": [odd, "somebody", None, {}]})
    page = find(titles=("CTO",))
    person = page.people[0]
    assert (page.total, len(page.people)) == (0, 1)
    assert (person.seniority, person.country, person.title, person.company, person.city) == (Seniority.UNKNOWN, "unknown", "", "", "")
    vendors.say({"people": "none"})
    assert find(titles=("CTO",)).people == ()
