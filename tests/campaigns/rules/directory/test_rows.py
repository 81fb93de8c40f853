"""What rows of other people's files say, in the values of targeting."""

from __future__ import annotations

import pytest

from campaigns.rules.directory.columns import fields_of
from campaigns.rules.directory.rows import Defaults, PersonRow, Unknown, person_of
from campaigns.rules.targeting.industries import industries
from campaigns.rules.targeting.values import FUNCTIONS, SENIORITIES

SENIORITY = {each.id: each.value for each in SENIORITIES}
FUNCTION = {each.id: each.value for each in FUNCTIONS}
ADA = {"email": "ada@engine.example", "full_name": "Ada Lovelace", "title": "VP of Sales", "company": "Engine Ltd"}


def read(unknown: Unknown | None = None, **cells: str) -> PersonRow:
    found = person_of({**ADA, **cells}, unknown or Unknown(), Defaults("A list", "contract"))
    assert found is not None
    return found


def test_a_row_is_read_into_the_values_of_targeting():
    ada = read(city="Berlin", country="Germany", company_size="51-200 employees", industry="Software", technologies="AWS; HubSpot, AWS")
    assert (SENIORITY[ada.seniority], FUNCTION[ada.function]) == ("vp", "sales")
    assert (ada.country, ada.city, ada.location) == (276, 2950159, "Berlin, Germany")
    assert ada.size_band == 4
    assert industries()[ada.industry].label == "Software Publishers"
    assert ada.technologies == ["AWS", "HubSpot"]
    assert ada.title_words == ["vice", "president", "sales"]
    assert (ada.first_name, ada.last_name, ada.source, ada.lawful_basis) == ("Ada", "Lovelace", "A list", "contract")


def test_what_the_file_says_of_rank_and_function_counts_more_than_the_title():
    ada = read(seniority="C-level", function="Finance")
    assert (SENIORITY[ada.seniority], FUNCTION[ada.function]) == ("c_suite", "finance")


def test_what_no_table_knows_is_unknown_and_counted_by_its_words():
    unknown = Unknown()
    for _ in range(3):
        ada = read(
            unknown,
            title="Zauberlehrling",
            city="Nowhere",
            industry="Alchemy",
            company_size="some",
            seniority="wizard",
            lawful_basis="luck",
        )
    assert (ada.seniority, ada.function, ada.country, ada.industry, ada.size_band, ada.lawful_basis) == (0, 0, 0, 0, 0, "unknown")
    assert ada.location == "Nowhere"
    assert unknown.frequent() == {
        "company_size": {"some": 3},
        "industry": {"Alchemy": 3},
        "lawful_basis": {"luck": 3},
        "location": {"Nowhere": 3},
        "seniority": {"wizard": 3},
        "title (function)": {"Zauberlehrling": 3},
    }


def test_so_many_unknown_words_are_counted_and_no_more():
    unknown = Unknown(most=2)
    for word in ("a", "b", "c", "a"):
        unknown.note("industry", word)
    assert unknown.frequent() == {"industry": {"a": 2, "b": 1}}


def test_an_address_that_is_none_leaves_the_person_without_one():
    unknown = Unknown()
    assert read(unknown, email="not an address").email == ""
    assert unknown.frequent()["email"] == {"not an address": 1}


@pytest.mark.parametrize(
    ("cells", "same"),
    [
        ({"id": "7"}, {"id": "7", "email": "other@engine.example"}),
        ({}, {"email": "ADA@engine.example", "full_name": "A. Lovelace"}),
        ({"email": "", "linkedin_url": "https://www.linkedin.com/in/Ada/"}, {"email": "", "linkedin_url": "linkedin.com/in/ada"}),
        ({"email": ""}, {"email": "", "full_name": "ADA  LOVELACE", "company": "Engine, Ltd."}),
    ],
)
def test_a_person_is_the_same_by_id_address_profile_or_name_and_company(cells, same):
    assert read(**cells).key == read(**same).key
    assert read(**cells).key != read(email="", full_name="Grace Hopper").key


@pytest.mark.parametrize("cells", [{}, {"full_name": "Ada Lovelace"}, {"title": "CEO", "company": "Engine"}])
def test_who_is_named_by_nothing_is_nobody(cells):
    assert person_of(cells, Unknown(), Defaults()) is None


def test_a_company_is_known_by_its_domain_or_by_its_name():
    assert read(company_domain="https://www.Engine.example/about").company_key == "engine.example"
    assert read(company_domain="no domain").company_key == "engine ltd"
    assert read(company="").company_key == ""


def test_no_text_is_longer_than_its_column_and_none_has_a_nul():
    ada = read(title="x\x00y" * 200, full_name="z" * 500)
    assert len(ada.title) == 200
    assert len(ada.full_name) == 200
    assert "\x00" not in ada.title


def test_the_first_industry_of_several_counts():
    assert read(industry="Alchemy; Software").industry == read(industry="Software").industry


def test_columns_are_known_by_many_names():
    headings = ["Person ID", "E-Mail", "Name", "Job Title", "Employees", "Company Website", "Tech Stack", "State", "Land", "Shoe size"]
    assert fields_of(headings) == {
        "id": "Person ID",
        "email": "E-Mail",
        "full_name": "Name",
        "title": "Job Title",
        "company_size": "Employees",
        "company_domain": "Company Website",
        "technologies": "Tech Stack",
        "region": "State",
        "country": "Land",
    }


def test_of_two_columns_for_one_field_the_first_counts():
    assert fields_of(["Work email", "Email"]) == {"email": "Work email"}
