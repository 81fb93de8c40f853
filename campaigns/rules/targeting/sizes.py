"""Company sizes: nine bands of employees, and the ways in which files write them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from campaigns.rules.targeting.values import UNKNOWN
from rocketsdr.lib.errors import Invalid


@dataclass(frozen=True, slots=True)
class SizeBand:
    """A number of employees from `low` to `high`, both included; None as `high` has no end."""

    id: int
    low: int
    high: int | None

    @property
    def value(self) -> str:
        """How programs and people write it: `51-200`, `10001+`."""
        return f"{self.low}+" if self.high is None else f"{self.low}-{self.high}" if self.high != self.low else str(self.low)


_LIMITS = (1, 2, 11, 51, 201, 501, 1001, 5001, 10001)
_ENDS = (*(limit - 1 for limit in _LIMITS[1:]), None)
SIZE_BANDS = tuple(SizeBand(number, low, high) for number, (low, high) in enumerate(zip(_LIMITS, _ENDS, strict=True), 1))
_NUMBER = re.compile(r"(?<!\w)(\d+(?:[.,\s'\u2019\u00a0\u202f]\d{3})*(?:\.\d+)?)\s*([kK])?(?![\w])")
_LONGEST = 100  # characters of a cell that are read
_MOST = 10_000_000  # employees; no company has more, so a larger number is something else


def band_of(employees: int) -> int:
    """Return the id of the band that this number of employees falls into; unknown for none and for less."""
    return next((band.id for band in reversed(SIZE_BANDS) if employees >= band.low), UNKNOWN)


def bands_within(low: int | None, high: int | None) -> frozenset[int]:
    """Return the bands that lie wholly between two numbers of employees.

    What is known of a company is its band, so a limit inside one is refused: either answer would be another search than was asked for.
    """
    if low is not None and low not in _LIMITS:
        raise _between("company_size_min", low, _LIMITS)
    ends = tuple(band.high for band in SIZE_BANDS if band.high is not None)
    if high is not None and high not in ends:
        raise _between("company_size_max", high, ends)
    found = frozenset(band.id for band in SIZE_BANDS if (low or 0) <= band.low and (high is None or (band.high or _MOST) <= high))
    if not found:
        raise Invalid(f"No company has at least {low} and at most {high} employees.", field="company_size_max")
    return found


def size_of(text: str) -> int:
    """Return the band that a cell names: `51-200`, `1,001-5,000 employees`, `250`, `10k+`; unknown where it fits into none."""
    numbers = [_read(*found.groups()) for found in _NUMBER.finditer(text[:_LONGEST])]
    if not numbers or len(numbers) > 2 or max(numbers) > _MOST:
        return UNKNOWN
    if "+" in text:  # so many and more: only the last band has no end
        return SIZE_BANDS[-1].id if max(numbers) >= SIZE_BANDS[-1].low - 1 else UNKNOWN
    bands = {band_of(number) for number in numbers}
    return bands.pop() if len(bands) == 1 else UNKNOWN


def _read(digits: str, thousand: str | None) -> int:
    plain = re.sub(r"[,\s'\u2019\u00a0\u202f]|\.(?=\d{3}(?:\D|$))", "", digits)
    return round(float(plain) * (1000 if thousand else 1))


def _between(field: str, given: int, allowed: tuple[int, ...]) -> Invalid:
    known = ", ".join(map(str, allowed))
    return Invalid(f"{field} is {given}, which is inside a band of company sizes.", field=field, fix=f"Use one of {known}.")
