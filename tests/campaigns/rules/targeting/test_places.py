"""Every country and region by every name and code of ISO 3166, and the ways in which people write a place."""

from __future__ import annotations

import pycountry
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.rules.targeting import places
from campaigns.rules.targeting.places import named, place_of, place_with, region_id


def first(text):
    return next((place.value for place in named(text)), None)


def at(value):
    """Return the place with this value, which there has to be."""
    place = place_of(value)
    assert place is not None
    return place


def test_every_country_is_found_by_its_names_and_codes():
    for country in pycountry.countries:
        names = {country.name, getattr(country, "common_name", country.name), getattr(country, "official_name", country.name)}
        for name in {*names, country.alpha_3}:
            assert first(name) == country.alpha_2, name
        assert country.alpha_2 in [place.value for place in named(country.alpha_2)]
        assert at(country.alpha_2.lower()).id == int(country.numeric)


def test_every_region_is_found_by_its_code_and_by_its_name_in_its_country():
    countries = {country.alpha_2: country.name for country in pycountry.countries}
    for region in pycountry.subdivisions:
        assert at(region.code).id == region_id(region.code)
        found = [place.value for place in named(f"{region.name}, {countries[region.country_code]}")] or [
            place.value for place in named(region.name)
        ]
        assert region.code in found, region


def test_no_two_places_share_an_id_or_a_value():
    regions = [region_id(region.code) for region in pycountry.subdivisions]
    assert len(set(regions)) == len(regions) == 5046
    assert 0 < min(regions) < max(regions) < 2**31
    known = {place for found in places.names().values() for place in found}
    assert len({place.value for place in known}) == len({(place.kind, place.id) for place in known}) == len(known)
    assert {place_of(place.value) for place in known} == known


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *(("UK", "GB"), ("USA", "US"), ("U.S.A.", "US"), ("United States of America", "US"), ("South Korea", "KR")),
        *(("Czech Republic", "CZ"), ("Holland", "NL"), ("Deutschland", "DE"), ("Allemagne", "DE"), ("España", "ES"), ("england", "GB")),
        *(("California", "US-CA"), ("CA, US", "US-CA"), ("Bayern", "DE-BY"), ("Île-de-France", "FR-IDF"), ("us-ny", "US-NY")),
        *(("Munich", "geo:2867714"), ("München", "geo:2867714"), ("San Francisco, CA", "geo:5391959"), ("Paris, TX", "geo:4717560")),
        *(("Springfield, Illinois, United States", "geo:4250542"), ("Georgia", "GE"), ("Georgia, US", "US-GA")),
        *(("Atlantis, Germany", None), ("Nowhere at all", None), ("", None), (",", None), ("Germany, Germany", None)),
    ],
)
def test_places_as_people_write_them(text, value):
    assert first(text) == value


def test_a_name_of_several_places_offers_them_all():
    assert [place.value for place in named("Paris")][:2] == ["FR-75C", "geo:2988507"]
    assert {place.label for place in named("New York")} >= {"New York, United States", "New York City, New York, United States"}


def test_a_city_knows_its_country_and_its_state():
    (austin, *_) = named("Austin, Texas")
    assert (austin.kind, austin.country, austin.region) == ("city", 840, region_id("US-TX"))


@settings(deadline=None)  # the first one reads the tables
@given(st.text(max_size=300))
def test_no_text_is_too_much(text):
    for place in named(text):
        assert place_of(place.value) == place
    assert place_of(text) is None or at(text).value.casefold() == text.strip().casefold()


@pytest.mark.parametrize("value", ["DE", "US-CA", "DE-BE", "geo:2950159"])
def test_a_place_is_known_by_its_kind_and_its_id(value):
    place = place_of(value)
    assert place is not None
    assert place_with(place.kind, place.id) == place


@pytest.mark.parametrize("kind", ["country", "region", "city"])
def test_an_id_that_no_place_has_is_none(kind):
    assert place_with(kind, 0) is None
