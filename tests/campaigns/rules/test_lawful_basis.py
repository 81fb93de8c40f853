from __future__ import annotations

import pytest

from campaigns.models import LawfulBasis
from campaigns.rules.lawful_basis import BASES, basis_of


@pytest.mark.parametrize(
    ("said", "basis"),
    [
        ("Consent", "consent"),
        ("Opt-in", "consent"),
        ("customer", "contract"),
        ("legitimate_interest", "legitimate_interest"),
        ("Legitimate Interests", "legitimate_interest"),
        ("public_data", "public_data"),
        ("publicly available", "public_data"),
        ("because", "unknown"),
        ("", "unknown"),
    ],
)
def test_a_text_names_a_basis_or_none(said, basis):
    assert basis_of(said) == basis


def test_every_basis_that_is_named_can_be_stored():
    assert {*BASES.values(), "unknown"} == set(LawfulBasis.values)
