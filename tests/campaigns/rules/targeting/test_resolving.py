"""Words to ids: what is known is read, and what is not is named with what may have been meant."""

from __future__ import annotations

import pytest

from campaigns.rules.targeting.asked import stored, targeting_of
from campaigns.rules.targeting.audience import Facets
from campaigns.rules.targeting.industries import within
from campaigns.rules.targeting.places import region_id
from campaigns.rules.targeting.reasons import ANYBODY, reason
from campaigns.rules.targeting.resolving import Asked, Meaning, Resolved, Targeting, Unresolved, resolve
from rocketsdr.lib.errors import Invalid


def read(**said: object) -> Resolved:
    return resolve(targeting_of(said), technologies={"salesforce": 7, "google cloud": 8})


def test_values_labels_and_other_words_mean_the_same():
    for words in (["c_suite", "sales"], ["C-suite", "Sales"], ["C level", "SALES"]):
        found = read(seniorities=[words[0]], functions=[words[1]])
        assert found.audience.include.seniorities == {3}
        assert found.audience.include.functions == {7}
        assert found.unresolved == ()


def test_a_place_is_a_country_a_region_or_a_city():
    include = read(locations=["DE", "US-CA", "geo:2643743", "Vienna, Austria"]).audience.include
    assert include.countries == {276}
    assert include.regions == {region_id("US-CA")}
    assert include.cities == {2643743, 2761369}


def test_the_index_can_begin_at_the_country_of_a_city():
    assert read(locations=["geo:2643743"]).audience.around == {826}
    assert read(locations=["geo:2643743", "DE"]).audience.around == {826, 276}
    assert read(locations=["DE"]).audience.around == frozenset()
    assert read(exclude={"locations": ["geo:2643743"]}).audience.around == frozenset()


def test_a_wider_industry_has_all_that_lies_within_it():
    assert read(industries=["51"]).audience.include.industries == within(51) > {513}
    assert read(exclude={"industries": ["Finance"]}).audience.exclude.industries == within(52)


def test_what_a_word_was_taken_for_is_said():
    found = read(locations=["deutschland"], seniorities=["vp"], functions=["people"])
    assert found.meanings == (
        Meaning("locations", "deutschland", "Germany"),
        Meaning("functions", "people", "Human resources"),
    )


def test_every_value_that_is_not_known_is_named_with_suggestions():
    found = read(
        locations=["Germny"], seniorities=["wizard"], industries=["sofware publishers"], technologies=["Google"], exclude={"titles": ["!?"]}
    )
    assert {(each.field, each.value) for each in found.unresolved} == {
        ("locations", "Germny"),
        ("seniorities", "wizard"),
        ("industries", "sofware publishers"),
        ("technologies", "Google"),
        ("exclude.titles", "!?"),
    }
    suggested = {each.value: each.suggestions for each in found.unresolved}
    assert "DE" in suggested["Germny"]
    assert "5132" in suggested["sofware publishers"]
    assert suggested["Google"] == ("google cloud",)


@pytest.mark.parametrize("name", ["Georgia", "Springfield", "New York", "Cambridge"])
def test_a_name_of_several_places_is_not_guessed(name):
    (unresolved,) = read(locations=[name]).unresolved
    assert (unresolved.field, unresolved.value) == ("locations", name)
    assert len(unresolved.suggestions) > 1


@pytest.mark.parametrize(("name", "label"), [("London", "London, United Kingdom"), ("Paris", "Paris, France"), ("Paris, TX", None)])
def test_a_name_that_one_place_outweighs_is_read(name, label):
    found = read(locations=[name])
    assert found.unresolved == ()
    assert label is None or found.meanings == (Meaning("locations", name, label),)


def test_a_title_is_its_words_however_it_is_shortened():
    include = read(titles=["VP of Sales", "Vice President, Sales", "Head of Data"]).audience.include
    assert include.titles == (("vice", "president", "sales"), ("head", "data"))


def test_company_sizes_are_bands_on_both_sides():
    found = read(company_size_min=51, company_size_max=500, exclude={"company_size_max": 1})
    assert found.audience.include.size_bands == {4, 5}
    assert found.audience.exclude.size_bands == {1}
    with pytest.raises(Invalid, match="company_size_min is 60"):
        read(company_size_min=60)


# --- As it is stored -----------------------------------------------------------------------------------------------------------


def test_a_targeting_comes_back_as_it_was_stored():
    targeting = Targeting(Asked(locations=("DE",), company_size_min=51), Asked(titles=("Intern",)))
    assert stored(targeting) == {"locations": ["DE"], "company_size_min": 51, "exclude": {"titles": ["Intern"]}}
    assert targeting_of(stored(targeting)) == targeting
    assert stored(Targeting()) == {}


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"location": ["DE"]}, "targeting.location is not known"),
        ({"locations": [1]}, "targeting.locations is no list of texts"),
        ({"exclude": ["DE"]}, "targeting.exclude is no object"),
        ({"exclude": {"exclude": {}}}, "targeting.exclude.exclude is not known"),
        ({"company_size_min": "51"}, "targeting.company_size_min is no whole number"),
        ({"titles": ["x"] * 201}, "targeting.titles has 201 values"),
    ],
)
def test_what_a_targeting_cannot_mean_is_refused_by_name(said, message):
    with pytest.raises(Invalid, match=message):
        targeting_of(said)


def test_one_text_is_a_list_of_one():
    assert targeting_of({"locations": "DE"}).include.locations == ("DE",)


# --- Why ---------------------------------------------------------------------------------------------------------------------


class _Ada:
    title, location = "VP Sales", "Berlin, Germany"
    seniority, function, industry, size_band = 5, 7, 5132, 4
    technologies = [7, 8]


def test_a_reason_names_what_was_asked_for_and_nothing_else():
    include = Facets(
        countries=frozenset({276}),
        seniorities=frozenset({5}),
        functions=frozenset({7}),
        industries=frozenset({5132}),
        size_bands=frozenset({4}),
        technologies=frozenset({7}),
        titles=(("head",), ("vice", "president")),
    )
    assert reason(include, _Ada(), technologies={7: "Salesforce"}) == (
        "seniority VP; function Sales; the title has “vice president”; in Berlin, Germany; industry Software Publishers; "
        "51-200 employees; uses Salesforce"
    )
    assert reason(Facets(), _Ada(), technologies={}) == ANYBODY


def test_unresolved_values_have_no_more_suggestions_than_help():
    (unresolved,) = read(industries=["manufacturing of nothing"]).unresolved
    assert isinstance(unresolved, Unresolved)
    assert len(unresolved.suggestions) <= 5
