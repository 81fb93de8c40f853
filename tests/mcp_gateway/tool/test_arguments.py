from __future__ import annotations

from typing import Annotated, Any

import pytest
from pydantic import Field, ValidationError

from mcp_gateway.tool import Arguments, Id, ListArguments, WriteArguments


class Sample(Arguments):
    product_id: Id
    also: Id | None = None
    some: Annotated[list[Id], Field(max_length=2)] = []
    share: float = 0.0


@pytest.mark.parametrize("value", [12, "12", "0012"])
def test_an_id_is_an_integer_or_a_string_of_digits(value):
    assert Sample(product_id=value).product_id == 12


@pytest.mark.parametrize(
    "value", [0, -1, True, 1.0, 1.5, "", "-1", "1.0", " 1", "1e3", "²", "١٢", "DRAFT_ID", "9" * 20, 2**63, None, [], {}]
)
def test_anything_else_is_no_id(value: Any):
    with pytest.raises(ValidationError):
        Sample(product_id=value)


def test_an_optional_id_and_a_list_of_ids_take_both_too():
    sample = Sample.model_validate({"product_id": 1, "also": "2", "some": ["3", 4]})
    assert (sample.also, sample.some) == (2, [3, 4])


def test_a_number_is_finite():
    with pytest.raises(ValidationError):
        Sample(product_id=1, share=float("inf"))


def test_a_list_has_one_to_a_hundred_entries_and_twenty_five_by_default():
    assert ListArguments().limit == 25
    for limit in (0, 101):
        with pytest.raises(ValidationError):
            ListArguments(limit=limit)


def test_a_write_is_real_unless_it_says_otherwise():
    assert WriteArguments().dry_run is False
    assert WriteArguments.model_validate({"dry_run": "true", "idempotency_key": None}).dry_run is True
