"""The values of the facets that are ours: seniority, function and company size. The names follow Apollo's and People Data Labs'."""

from __future__ import annotations

from dataclasses import dataclass

UNKNOWN = 0


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a facet: the id that is stored, the word that programs pass, and the label that people read."""

    id: int
    value: str
    label: str


SENIORITIES = (
    Value(1, "owner", "Owner"),
    Value(2, "founder", "Founder"),
    Value(3, "c_suite", "C-suite"),
    Value(4, "partner", "Partner"),
    Value(5, "vp", "VP"),
    Value(6, "head", "Head"),
    Value(7, "director", "Director"),
    Value(8, "manager", "Manager"),
    Value(9, "senior", "Senior"),
    Value(10, "entry", "Entry"),
    Value(11, "intern", "Intern"),
)

FUNCTIONS = (
    Value(1, "engineering", "Engineering"),
    Value(2, "product", "Product"),
    Value(3, "design", "Design"),
    Value(4, "data", "Data and analytics"),
    Value(5, "it", "IT"),
    Value(6, "security", "Information security"),
    Value(7, "sales", "Sales"),
    Value(8, "marketing", "Marketing"),
    Value(9, "customer_success", "Customer success"),
    Value(10, "support", "Customer support"),
    Value(11, "finance", "Finance"),
    Value(12, "legal", "Legal"),
    Value(13, "hr", "Human resources"),
    Value(14, "operations", "Operations"),
    Value(15, "supply_chain", "Supply chain"),
    Value(16, "research", "Research"),
    Value(17, "healthcare", "Healthcare"),
    Value(18, "education", "Education"),
    Value(19, "media", "Media"),
    Value(20, "consulting", "Consulting"),
    Value(21, "real_estate", "Real estate and construction"),
    Value(22, "public_sector", "Public sector"),
    Value(23, "general_management", "General management"),
)


def ids(values: tuple[Value, ...]) -> dict[str, int]:
    """Return the ids of values by their word."""
    return {each.value: each.id for each in values}
