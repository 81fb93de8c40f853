from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.rules.targeting.sizes import SIZE_BANDS, band_of, bands_within, size_of
from rocketsdr.lib.errors import Invalid

BANDS = {band.value: band.id for band in SIZE_BANDS}


@pytest.mark.parametrize(
    ("text", "band"),
    [
        *((band.value, band.value) for band in SIZE_BANDS),
        ("51 - 200", "51-200"),
        ("51\u2013200 employees", "51-200"),
        ("1,001-5,000 employees", "1001-5000"),
        ("1.001 bis 5.000", "1001-5000"),
        ("1 001-5 000", "1001-5000"),
        ("250", "201-500"),
        ("10k+", "10001+"),
        ("1.5k", "1001-5000"),
        ("10,001+", "10001+"),
        ("10,000+", "10001+"),
        ("just me: 1", "1"),
    ],
)
def test_a_size_is_read_however_it_is_written(text, band):
    assert size_of(text) == BANDS[band]


@pytest.mark.parametrize("text", ["", "many", "0", "10-500", "1-2-3", "99999999", "-", "2026-11-26", "1e400", "500+"])
def test_what_fits_into_no_band_is_unknown(text):
    assert size_of(text) == 0


@given(st.integers(min_value=1, max_value=10_000_000))
def test_every_number_falls_into_one_band(employees):
    band = next(each for each in SIZE_BANDS if each.id == band_of(employees))
    assert band.low <= employees <= (band.high or employees)


@given(st.text(max_size=100))
def test_no_text_is_too_much(text):
    assert size_of(text) in {0, *BANDS.values()}


def test_limits_choose_whole_bands():
    assert bands_within(None, None) == frozenset(BANDS.values())
    assert bands_within(51, 500) == {BANDS["51-200"], BANDS["201-500"]}
    assert bands_within(10001, None) == {BANDS["10001+"]}
    assert bands_within(None, 10) == {BANDS["1"], BANDS["2-10"]}


@pytest.mark.parametrize(
    ("low", "high", "field", "fix"),
    [(50, None, "company_size_min", "51"), (None, 100, "company_size_max", "50, 200"), (501, 200, "company_size_max", "")],
)
def test_a_limit_inside_a_band_never_searches_for_something_else(low, high, field, fix):
    with pytest.raises(Invalid) as refused:
        bands_within(low, high)
    assert refused.value.field == field
    assert fix in refused.value.fix
