from __future__ import annotations

import pytest
from django.http import QueryDict

from campaigns.queries.facet_counts import Facet, FacetCounts, FacetValue
from campaigns.views.facets import chips, number, sections
from campaigns.views.wanted import Wanted


@pytest.mark.parametrize(
    ("leads", "is_exact", "written"),
    [(1284, True, "1,284"), (1284, False, "≈ 1,300"), (50, False, "≈ 50"), (7, False, "≈ 7"), (123_456, False, "≈ 120,000")],
)
def test_an_estimate_is_written_with_two_digits(leads, is_exact, written):
    assert number(leads, is_exact=is_exact) == written


def test_a_facet_folds_its_rarer_values_and_is_left_out_where_it_has_none():
    cities = Facet([FacetValue(f"geo:{each}", f"City {each}", 9) for each in range(7)], 7, is_exact=True)
    counts = FacetCounts({"region": Facet([], 0, is_exact=True), "city": cities}, 1)
    (section,) = sections(counts, Wanted())
    assert (len(section.rows), len(section.more), section.is_open) == (5, 2, False)
    (section,) = sections(counts, Wanted((("locations", "DE"),)))
    assert section.is_open


def test_the_largest_size_has_no_end():
    counts = FacetCounts({"size": Facet([FacetValue("10001+", "10001+", 9)], 1, is_exact=True)}, 1)
    ((row,),) = (section.rows for section in sections(counts, Wanted()))
    assert row.href == "?company_size_min=10001"
    ((row,),) = (section.rows for section in sections(counts, Wanted.of(QueryDict("company_size_min=10001"))))
    assert (row.chosen, row.href) == (True, "?")


def test_each_chip_takes_its_own_value_back():
    shown = chips(Wanted.of(QueryDict("locations=DE&not_titles=Intern")))
    assert [(chip.kind, chip.label, chip.left_out, chip.href) for chip in shown] == [
        ("Place", "Germany", False, "?not_titles=Intern"),
        ("Title", "Intern", True, "?locations=DE"),
    ]
