"""Names of places as vendors write them, and what is read out of their answers."""

from __future__ import annotations

import pycountry
import pytest

from integrations.vendor_words import city_parts, country_code, country_name, domain, number, region_name, rows, text


def test_every_country_has_a_name_of_its_own_that_is_read_back():
    names = {country.alpha_2: country_name(country.alpha_2) for country in pycountry.countries}
    assert len(set(names.values())) == len(names) == 249
    assert {code: country_code(name.upper()) for code, name in names.items()} == {code: code for code in names}


@pytest.mark.parametrize(
    ("code", "name"),
    [("us", "United States"), ("KR", "South Korea"), ("RU", "Russia"), ("TR", "Turkey"), ("XX", ""), ("", ""), ("USA", "")],
)
def test_countries_are_called_as_people_call_them(code, name):
    assert country_name(code) == name


@pytest.mark.parametrize(
    ("name", "code"), [("", ""), ("Atlantis", "unknown"), ("Türkiye", "TR"), ("Federal Republic of Germany", "DE"), ("fr", "FR")]
)
def test_a_country_that_nobody_knows_is_unknown(name, code):
    assert country_code(name) == code


@pytest.mark.parametrize(("code", "name"), [("US-CA", "California"), ("us-ca", "California"), ("US-ZZ", ""), ("California", ""), ("", "")])
def test_regions_are_named_by_their_code(code, name):
    assert region_name(code) == name


@pytest.mark.parametrize(
    ("city", "parts"),
    [
        ("Berlin, DE", ("Berlin", "", "DE")),
        ("Portland, us-or", ("Portland", "US-OR", "US")),
        ("Washington, D.C., US", ("Washington, D.C.", "", "US")),
        ("Berlin", ("Berlin", "", "")),
        ("Berlin, Germany", ("Berlin, Germany", "", "")),
        ("Portland, US-ZZ", ("Portland, US-ZZ", "", "")),
        (", DE", (", DE", "", "")),
    ],
)
def test_a_city_names_what_it_lies_in_or_nothing_is_known_of_it(city, parts):
    assert city_parts(city) == parts


def test_an_answer_is_read_with_care():
    answer = {
        "name": " Ada \n\x00Lovelace ",
        "long": "x" * 600,
        "inner": {"name": "Engines"},
        "size": 42,
        "yes": True,
        "less": -1,
        "list": [{}, 1],
    }
    assert (text(answer, "name"), len(text(answer, "long")), text(answer, "inner", "name")) == ("Ada Lovelace", 500, "Engines")
    assert [text(answer, *path) for path in (("size",), ("none",), ("inner",), ("name", "first"))] == ["", "", "", ""]
    assert [number(answer, name) for name in ("size", "yes", "less", "name", "none")] == [42, None, None, None, None]
    assert (rows(answer, "list"), rows(answer, "inner"), rows(answer, "none")) == ([{}], [], [])


@pytest.mark.parametrize(
    "address", ["https://www.Engines.example/about", "engines.example", "http://engines.example:8080", "www.engines.example/"]
)
def test_a_website_is_its_domain(address):
    assert domain(address) == "engines.example"
