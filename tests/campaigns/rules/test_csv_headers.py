from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from liquid import Environment

from campaigns.rules.csv_headers import CUSTOM_FIELDS, NAME, ROW_FIELDS, SPELLINGS, identifier, meaning
from campaigns.rules.csv_rows.columns import columns_of


def test_at_least_150_spellings_are_understood_and_each_field_has_many() -> None:
    per_field = Counter(SPELLINGS.values())
    assert len(SPELLINGS) >= 1_200
    assert set(per_field) == {*ROW_FIELDS, *CUSTOM_FIELDS, NAME}
    assert all(number >= 20 for number in per_field.values()), per_field


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("contact name", "full_name"),
        ("Email", "email"),
        ("E-MAIL ADDRESS", "email"),
        ("e_mail", "email"),
        (" E.Mail: ", "email"),
        ("Adresse électronique", "email"),
        ("adresse electronique", "email"),
        ("Correo electrónico", "email"),
        ("Эл. почта", "email"),
        ("メールアドレス", "email"),
        ("firstName", "first_name"),
        ("Given Name", "first_name"),
        ("Vorname", "first_name"),
        ("PRÉNOM", "first_name"),
        ("Surname", "last_name"),
        ("Nachname", "last_name"),
        ("Company / Account", "company"),
        ("Organisation", "company"),
        ("Razón social", "company"),
        ("公司名称", "company"),
        ("Job Title", "title"),
        ("job-title", "title"),
        ("Position", "title"),
        ("Stanowisko", "title"),
        ("Website URL", "website"),
        ("LinkedIn URL", "linkedin_url"),
        ("Person Linkedin Url", "linkedin_url"),
        ("Phone #", "phone"),
        ("Téléphone", "phone"),
        ("City", "city"),
        ("Bundesland", "state"),
        ("Country/Region", "country"),
        ("ŞEHİR", "city"),
        ("Branche", "industry"),
        ("Icebreaker", "reason"),
        ("Bemerkungen", "notes"),
        ("Nom", NAME),
    ],
)
def test_case_accents_and_punctuation_of_a_heading_do_not_count(heading: str, field: str) -> None:
    assert meaning(heading) == field


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("Attendee First Name", "first_name"),
        ("Person - Job title", "title"),
        ("candidate_email", "email"),
        ("Guest: Phone", "phone"),
        ("Comment / Remarks", "notes"),
        ("Firma/Unternehmen", "company"),
    ],
)
def test_a_heading_may_say_whose_it_is_or_say_it_twice(heading: str, field: str) -> None:
    assert meaning(heading) == field


@pytest.mark.parametrize("heading", ["User Name", "Lead Status", "Contact", "City/State", "Company/Fax", "/", "Notes/" * 50])
def test_a_heading_of_two_things_or_of_something_else_of_a_person_is_not_guessed(heading: str) -> None:
    assert meaning(heading) in {None, SPELLINGS.get(heading.casefold())}


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("Land/Region", "country"),
        ("País/Región", "country"),
        ("Adres poczty elektronicznej", "email"),
        ("Tél. portable", "phone"),
        ("Tlf.", "phone"),
        ("Cég neve", "company"),
        ("Θέση εργασίας", "title"),
        ("Рабочий телефон", "phone"),
        ("役職名", "title"),
        ("備註", "notes"),
    ],
)
def test_the_words_of_programs_in_other_languages_are_known(heading: str, field: str) -> None:
    assert meaning(heading) == field


@pytest.mark.parametrize("heading", ["", "   ", "Secondary Email", "Company LinkedIn URL", "Employees", "Email Status", "42"])
def test_other_headings_are_not_guessed(heading: str) -> None:
    assert meaning(heading) is None


@pytest.mark.parametrize(
    ("headings", "fields"),
    [
        (("Name", "Email"), ("full_name", "email")),
        (("Vorname", "Name", "E-Mail"), ("first_name", "last_name", "email")),
        (("nome", "cognome", "email"), ("first_name", "last_name", "email")),
        (("Ad", "Soyad", "E-posta"), ("first_name", "last_name", "email")),
        (("Ad", "First Name", "Last Name", "Email"), ("custom", "first_name", "last_name", "email")),
        (("Ad", "Name", "Email"), ("custom", "full_name", "email")),
        (("First Name", "Last Name", "Name", "Email"), ("first_name", "last_name", "full_name", "email")),
    ],
)
def test_a_column_that_is_just_name_is_the_half_that_no_other_column_is(headings: tuple[str, ...], fields: tuple[str, ...]) -> None:
    assert tuple(column.field for column in columns_of(headings)) == fields


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("Email (required)", "email"),
        ("Company [optional] ", "company"),
        ("Vorname (Pflichtfeld)", "first_name"),
        ("Email__c", "email"),
        ("Email (required)\xa0*:", "email"),
        ("LinkedIn_URL__c", "linkedin_url"),
        ("Email (status)", None),
        ("Phone (fax)", None),
        ("(required)", None),
    ],
)
def test_what_forms_add_to_a_heading_does_not_count(heading: str, field: str | None) -> None:
    assert meaning(heading) == field


def test_of_two_columns_for_one_field_the_first_has_it_and_the_second_is_custom_and_says_so() -> None:
    first, second = columns_of(("Email", "E-Mail Address"))
    assert (first.field, first.name, first.note) == ("email", "email", "")
    assert (second.field, second.name) == ("custom", "e_mail_address")
    assert "email" in second.note


def test_unknown_headings_become_names_that_templates_can_use() -> None:
    headings = ("Email", "Größe (MA)", "2nd Phone", "変", "", "Size", "size", "true", "Column 4", "company", "Company!")
    names = [column.name for column in columns_of(headings)]
    assert names == [
        "email",
        "grosse_ma",
        "n_2nd_phone",
        "column_4",
        "column_5",
        "size_2",
        "size_3",
        "true_2",
        "column_4_2",
        "company",
        "company_2",
    ]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(max_size=15) | st.sampled_from(["for", "Email", "name", "a b", "a_b", "state"]), min_size=1, max_size=8))
def test_every_column_gets_a_name_of_its_own_that_liquid_takes(headings: list[str]) -> None:
    names = [column.name for column in columns_of(headings)]
    assert len(set(names)) == len(names)
    for name in names:
        assert Environment().from_string("{{ lead.custom." + name + " }}").render(lead={"custom": {name: "here"}}) == "here"


def test_an_identifier_of_a_long_heading_is_cut() -> None:
    assert len(identifier("very long heading " * 20)) <= 60
