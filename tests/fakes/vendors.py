"""Vendors of lead data, at the seam where the product speaks HTTP: what they are asked, and what they answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from rocketsdr.lib import http
from rocketsdr.lib.errors import ProviderFailed
from rocketsdr.lib.http import Answer

Said = Answer | ProviderFailed | Callable[[], Answer]


@dataclass(frozen=True, slots=True)
class Asked:
    """One request that a vendor got."""

    url: str
    headers: Mapping[str, str]
    body: dict[str, Any]

    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    @property
    def parameters(self) -> list[tuple[str, str]]:
        return parse_qsl(urlsplit(self.url).query)


@dataclass
class Vendors:
    """They answer in this order, and the last answer again and again."""

    answers: list[Said] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)

    def say(self, document: object, status: int = 200, **headers: str) -> None:
        """Answer with a document from now on."""
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers = [Answer(status, named, body)]

    def post(self, url: str, *, body: bytes, headers: Mapping[str, str], seconds: float, most_bytes: int) -> Answer:
        self.asked.append(Asked(url, headers, json.loads(body)))
        said = self.answers[0] if len(self.answers) == 1 else self.answers.pop(0)
        if isinstance(said, ProviderFailed):
            raise said
        return said if isinstance(said, Answer) else said()


def answering(monkeypatch: pytest.MonkeyPatch) -> Vendors:
    """Stand in for every vendor until the test ends."""
    vendors = Vendors()
    monkeypatch.setattr(http, "post", vendors.post)
    return vendors


def apollo_person(number: int = 1, **changed: Any) -> dict[str, Any]:
    """Return somebody as Apollo's search shows them."""
    return {
        "id": f"apollo-{number}",
        "first_name": "Ada",
        "last_name_obfuscated": "Lo***e",
        "title": "Head of Data",
        "has_email": True,
        "has_city": True,
        "organization": {"name": "Analytical Engines", "has_industry": True, "has_employee_count": True},
        **changed,
    }


def apollo_match(number: int = 1, **changed: Any) -> dict[str, Any]:
    """Return somebody as Apollo's enrichment shows them."""
    return {
        "id": f"apollo-{number}",
        "first_name": "Ada",
        "last_name": "Lovelace",
        "name": "Ada Lovelace",
        "linkedin_url": "http://www.linkedin.com/in/ada",
        "title": "Head of Data",
        "seniority": "head",
        "email": f"Ada{number}@Engines.example",
        "email_status": "verified",
        "city": "London",
        "state": "England",
        "country": "United Kingdom",
        "organization": {
            "name": "Analytical Engines",
            "website_url": "http://www.engines.example/",
            "primary_domain": "engines.example",
            "industry": "machinery",
            "estimated_num_employees": 42,
        },
        **changed,
    }


def pdl_person(number: int = 1, **changed: Any) -> dict[str, Any]:
    """Return somebody as People Data Labs shows them."""
    return {
        "id": f"pdl-{number}_0000",
        "full_name": "Grace Hopper",
        "first_name": "Grace",
        "last_name": "Hopper",
        "linkedin_url": "linkedin.com/in/grace",
        "work_email": f"grace{number}@navy.example",
        "job_title": "Co-Founder And Chief Technology Officer",
        "job_title_role": "engineering",
        "job_title_levels": ["cxo", "owner"],
        "job_company_name": "Navy",
        "job_company_website": "navy.example",
        "job_company_size": "10001+",
        "job_company_industry": "Military",
        "location_locality": "Arlington",
        "location_region": "Virginia",
        "location_country": "United States",
        **changed,
    }
