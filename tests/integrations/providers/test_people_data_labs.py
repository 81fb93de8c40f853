"""The person search of People Data Labs: what it is asked, and what its answers mean."""

from __future__ import annotations

import pytest

from integrations.lead_contracts import Criteria, EmailStatus, LeadQuery, Seniority, UnknownWords
from integrations.providers.people_data_labs import INDUSTRIES, LICENCE, ROLES, SOURCE, SUB_ROLES
from rocketsdr.lib.errors import Invalid
from tests.fakes.vendors import answering, pdl_person

KEY = "pdl-key-0123456789"


@pytest.fixture
def vendors(monkeypatch):
    vendors = answering(monkeypatch)
    vendors.say({"status": 200, "data": [pdl_person()], "scroll_token": "1117$12.176522", "total": 99})
    return vendors


def find(page_size=25, cursor="", exclude=None, **wanted):
    return SOURCE.count_and_page(LeadQuery(Criteria(**wanted), exclude or Criteria()), key=KEY, page_size=page_size, cursor=cursor)


def asked_for(vendors, exclude=None, **wanted):
    find(exclude=exclude, **wanted)
    return vendors.asked[-1].body["query"]["bool"]


def test_kinds_of_words_have_to_match_together_and_places_are_one_kind(vendors):
    clauses = asked_for(
        vendors,
        countries=("DE",),
        regions=("US-CA",),
        cities=("Berlin, DE", "Portland, US-OR"),
        titles=("Head of Data ",),
        industries=("Computer Software",),
        company_size=(51, 500),
    )
    california = [{"term": {"location_region": "california"}}, {"term": {"location_country": "united states"}}]
    berlin = [{"term": {"location_locality": "berlin"}}, {"term": {"location_country": "germany"}}]
    portland = [
        {"term": {"location_locality": "portland"}},
        {"term": {"location_region": "oregon"}},
        {"term": {"location_country": "united states"}},
    ]
    places = [{"term": {"location_country": "germany"}}, *({"bool": {"must": each}} for each in (california, berlin, portland))]
    assert clauses == {
        "must": [
            {"bool": {"should": places}},
            {"terms": {"job_title": ["head of data"]}},
            {"terms": {"job_company_industry": ["computer software"]}},
            {"terms": {"job_company_size": ["51-200", "201-500"]}},
        ]
    }


def test_the_key_travels_in_a_header_and_the_page_in_the_body(vendors):
    find(titles=("CTO",), page_size=7)
    find(titles=("CTO",), page_size=7, cursor="1117$12.176522")
    first, second = vendors.asked
    assert (first.url, first.headers["X-Api-Key"]) == ("https://api.peopledatalabs.com/v5/person/search", KEY)
    assert (first.body["size"], "scroll_token" in first.body) == (7, False)
    assert second.body["scroll_token"] == "1117$12.176522"


@pytest.mark.parametrize(
    ("seniority", "clause"),
    [
        ("owner", {"terms": {"job_title_levels": ["owner"]}}),
        ("founder", {"wildcard": {"job_title": "*founder*"}}),
        ("c_suite", {"terms": {"job_title_levels": ["cxo"]}}),
        ("head", {"wildcard": {"job_title": "head of *"}}),
        ("intern", {"terms": {"job_title_levels": ["training"]}}),
    ],
)
def test_a_seniority_is_a_level_or_what_its_titles_look_like(vendors, seniority, clause):
    assert asked_for(vendors, seniorities=(seniority,))["must"] == [clause]


def test_several_seniorities_are_any_of_them(vendors):
    levels = {"terms": {"job_title_levels": ["vp", "director"]}}
    assert asked_for(vendors, seniorities=("vp", "head", "director"))["must"] == [
        {"bool": {"should": [levels, {"wildcard": {"job_title": "head of *"}}]}}
    ]


@pytest.mark.parametrize("function", [*ROLES, *SUB_ROLES])
def test_every_function_of_ours_has_its_words(vendors, function):
    [clause] = asked_for(vendors, functions=(function,))["must"]
    assert "job_title_" in str(clause)


def test_who_leads_a_company_is_none_of_its_operations(vendors):
    assert asked_for(vendors, functions=("operations",))["must"] == [
        {
            "bool": {
                "must": [{"term": {"job_title_role": "operations"}}],
                "must_not": [{"term": {"job_title_sub_role": "executive"}}],
            }
        }
    ]
    [clause] = asked_for(vendors, functions=("operations", "sales", "it"))["must"]
    assert clause["bool"]["should"][:2] == [
        {"terms": {"job_title_role": ["sales", "sales_engineering"]}},
        {"terms": {"job_title_sub_role": ["information_technology", "network"]}},
    ]


def test_what_is_excluded_must_not_match_in_any_kind(vendors):
    clauses = asked_for(vendors, titles=("CTO",), exclude=Criteria(countries=("FR",), seniorities=("intern",), company_size=(None, 10)))
    assert clauses["must_not"] == [
        {"term": {"location_country": "france"}},
        {"terms": {"job_title_levels": ["training"]}},
        {"terms": {"job_company_size": ["1-10"]}},
    ]


@pytest.mark.parametrize(
    ("size", "bands"),
    [((None, 10), ["1-10"]), ((10001, None), ["10001+"]), ((5001, None), ["5001-10000", "10001+"]), ((1, None), 8)],
)
def test_a_company_size_is_whole_bands(vendors, size, bands):
    [clause] = asked_for(vendors, company_size=size)["must"]
    found = clause["terms"]["job_company_size"]
    assert found == bands or len(found) == bands


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"functions": ("wizardry", "sales")}, {"functions": ["wizardry"]}),
        ({"seniorities": ("wizard",)}, {"seniorities": ["wizard"]}),
        ({"industries": ("software", "banking")}, {"industries": ["software"]}),
        ({"technologies": ("Salesforce",)}, {"technologies": ["Salesforce"]}),
        ({"countries": ("AQ", "XX")}, {"countries": ["AQ", "XX"]}),
        ({"regions": ("DE-BY", "US-ZZ", "California")}, {"regions": ["DE-BY", "US-ZZ", "California"]}),
        ({"cities": ("Berlin", "München, DE-BY")}, {"cities": ["Berlin", "München, DE-BY"]}),
        ({"company_size": (20, 300)}, {"company_size": ["20-300"]}),
        ({"company_size": (10, 50)}, {"company_size": ["10-50"]}),
        ({"company_size": (60, 70)}, {"company_size": ["60-70"]}),
        (
            {"titles": ("CTO",), "exclude": Criteria(technologies=("SAP",), company_size=(2, 5))},
            {"exclude.technologies": ["SAP"], "exclude.company_size": ["2-5"]},
        ),
    ],
)
def test_what_the_dataset_has_no_word_for_is_refused_by_its_name_before_anybody_is_asked(vendors, given, words):
    exclude = given.pop("exclude", None)
    with pytest.raises(UnknownWords) as caught:
        find(exclude=exclude, **given)
    assert caught.value.context["words"] == words
    assert vendors.asked == []


@pytest.mark.parametrize(
    ("code", "name"),
    [("CI", "côte d\u2019ivoire"), ("GM", "the gambia"), ("KR", "south korea"), ("TR", "turkey"), ("gb", "united kingdom")],
)
def test_countries_are_written_as_the_dataset_does_and_read_back(vendors, code, name):
    assert asked_for(vendors, countries=(code,))["must"] == [{"term": {"location_country": name}}]
    vendors.say({"data": [pdl_person(location_country=name.title())], "total": 1})
    assert find(titles=("CTO",)).people[0].country == code.upper()


def test_each_profile_costs_a_credit_and_comes_with_its_address(vendors):
    page = find(titles=("CTO",))
    assert (page.total, page.next, page.credits) == (99, "1117$12.176522", 1)
    [person] = page.people
    assert (person.provider, person.external_id, person.licence) == ("people_data_labs", "pdl-1_0000", LICENCE)
    assert (person.full_name, person.seniority) == ("Grace Hopper", Seniority.FOUNDER)
    assert (person.email, person.email_status) == ("grace1@navy.example", EmailStatus.UNVERIFIED)
    assert (person.company, person.company_domain, person.company_size) == ("Navy", "navy.example", (10001, None))
    assert (person.industry, person.city, person.region, person.country) == ("military", "Arlington", "Virginia", "US")
    assert person.linkedin_url == "https://www.linkedin.com/in/grace"
    assert SOURCE.price(LeadQuery(Criteria(titles=("CTO",))), 100).credits == 100


@pytest.mark.parametrize(
    ("levels", "seniority"),
    [
        (["senior", "manager"], Seniority.MANAGER),
        (["owner"], Seniority.OWNER),
        (["unpaid"], Seniority.UNKNOWN),
        (["emperor"], Seniority.UNKNOWN),
        (None, Seniority.UNKNOWN),
        ("cxo", Seniority.UNKNOWN),
    ],
)
def test_the_highest_level_counts_and_an_unknown_one_is_unknown(vendors, levels, seniority):
    vendors.say({"data": [pdl_person(job_title="Somebody", job_title_levels=levels)], "total": 1})
    assert find(titles=("CTO",)).people[0].seniority is seniority


@pytest.mark.parametrize(
    ("said", "status"), [(True, EmailStatus.LOCKED), (False, EmailStatus.UNAVAILABLE), (None, EmailStatus.UNAVAILABLE)]
)
def test_a_plan_without_addresses_says_so_in_their_place(vendors, said, status):
    vendors.say({"data": [pdl_person(work_email=said)], "total": 1})
    [person] = find(titles=("CTO",)).people
    assert (person.email, person.email_status) == (None, status)


def test_nobody_found_is_an_empty_page_that_costs_nothing(vendors):
    vendors.say({"status": 404, "error": {"type": "not_found", "message": "No records were found"}}, status=404)
    page = find(titles=("CTO",))
    assert (page.people, page.total, page.next, page.credits) == ((), 0, "", 0)


def test_a_cursor_that_is_none_is_refused(vendors):
    with pytest.raises(Invalid):
        find(titles=("CTO",), cursor="x" * 501)
    assert vendors.asked == []


def test_the_industries_are_those_of_the_dataset():
    assert len(INDUSTRIES) == 147
    assert {"glass, ceramics & concrete", "venture capital & private equity"} <= set(INDUSTRIES)
