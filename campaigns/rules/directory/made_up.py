"""People who do not exist, for demonstrations, tests and benchmarks: the same ones for the same seed, spread as a real directory is.

Their addresses end in `.example`, a name that no mail server has.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from importlib.resources import files
from itertools import accumulate
from random import Random

from campaigns.rules.directory.rows import PersonRow
from campaigns.rules.targeting.industries import industries
from campaigns.rules.targeting.places import Located, locate
from campaigns.rules.targeting.tables import plain
from campaigns.rules.targeting.titles import title_facts, title_words

SOURCE = "Made up"
PEOPLE_PER_COMPANY = 12
_CITIES = (  # how many of a thousand people, city, region or nothing, country
    *((60, "New York City", "NY", "US"), (40, "San Francisco", "CA", "US"), (38, "Los Angeles", "CA", "US"), (30, "Chicago", "IL", "US")),
    *((26, "Austin", "TX", "US"), (24, "Boston", "MA", "US"), (22, "Seattle", "WA", "US"), (18, "Denver", "CO", "US")),
    *((16, "Atlanta", "GA", "US"), (12, "Miami", "FL", "US"), (70, "London", "", "GB"), (16, "Manchester", "", "GB")),
    *((36, "Berlin", "", "DE"), (30, "Munich", "", "DE"), (22, "Hamburg", "", "DE"), (12, "Cologne", "", "DE"), (46, "Paris", "", "FR")),
    *(
        (14, "Lyon", "", "FR"),
        (28, "Amsterdam", "", "NL"),
        (10, "Rotterdam", "", "NL"),
        (24, "Madrid", "", "ES"),
        (18, "Barcelona", "", "ES"),
    ),
    *((22, "Milan", "", "IT"), (12, "Rome", "", "IT"), (20, "Stockholm", "", "SE"), (14, "Copenhagen", "", "DK"), (10, "Oslo", "", "NO")),
    *((18, "Warsaw", "", "PL"), (10, "Kraków", "", "PL"), (14, "Zürich", "", "CH"), (12, "Vienna", "", "AT"), (14, "Dublin", "", "IE")),
    *(
        (12, "Lisbon", "", "PT"),
        (34, "Toronto", "", "CA"),
        (14, "Vancouver", "", "CA"),
        (26, "Sydney", "", "AU"),
        (18, "Melbourne", "", "AU"),
    ),
    *(
        (46, "Bengaluru", "", "IN"),
        (30, "Mumbai", "", "IN"),
        (26, "São Paulo", "", "BR"),
        (20, "Singapore", "", "SG"),
        (18, "Tokyo", "", "JP"),
    ),
    *((8, "", "", "US"), (8, "", "", "DE"), (6, "", "", "FR"), (6, "", "", "")),
)
_RANKS = (  # how many of a thousand people, and the title with the field in it
    *((25, "Founder"), (20, "Owner"), (12, "Chief Executive Officer"), (10, "Managing Partner"), (60, "VP {}"), (70, "Head of {}")),
    *(
        (110, "Director of {}"),
        (190, "{} Manager"),
        (150, "Senior {} Specialist"),
        (250, "{} Specialist"),
        (75, "{} Analyst"),
        (28, "{} Intern"),
    ),
)
_PLAIN_TITLE = 12  # times as many titles name no region as name each of them
_SIZE_WEIGHTS = (4, 14, 22, 22, 14, 9, 9, 3, 3)  # of the nine bands
_BASES = ("legitimate_interest", "legitimate_interest", "legitimate_interest", "public_data", "consent")


@dataclass(frozen=True, slots=True)
class _Title:
    text: str
    words: list[str]
    seniority: int
    function: int


@dataclass(frozen=True, slots=True)
class _Company:
    name: str
    domain: str
    size_band: int
    industry: int
    technologies: list[str]


def people(number: int, *, seed: str) -> Iterator[PersonRow]:
    """Make up so many people; each has a company of some twelve, and one in twenty has no address."""
    pick = Random(seed)  # noqa: S311 - the same people every time is the point
    companies = [_company(pick, at) for at in range(max(number // PEOPLE_PER_COMPANY, 1))]
    titles, title_weights = _titles()
    places, place_weights = _places()
    for at in range(number):
        company = companies[int(len(companies) * pick.random() ** 1.3)]  # the first ones are larger
        title = pick.choices(titles, cum_weights=title_weights)[0]
        place = pick.choices(places, cum_weights=place_weights)[0]
        yield _person(pick, at, seed, company, title, place)


def _person(pick: Random, at: int, seed: str, company: _Company, title: _Title, place: Located) -> PersonRow:
    first, last = pick.choice(_words("first name")), pick.choice(_words("last name"))
    local = f"{_letters(first)}.{_letters(last)}{at}"
    return PersonRow(
        key=uuid.UUID(bytes=blake2b(f"{seed}:{at}".encode(), digest_size=16).digest()),
        email=f"{local}@{company.domain}" if pick.random() > 0.05 else "",
        full_name=f"{first} {last}",
        first_name=first,
        last_name=last,
        title=title.text,
        linkedin_url=f"https://www.linkedin.com/in/{local.replace('.', '-')}",
        location=place.label,
        country=place.country,
        region=place.region,
        city=place.city,
        seniority=title.seniority,
        function=title.function,
        size_band=company.size_band,
        industry=company.industry,
        title_words=title.words,
        technologies=company.technologies,
        company_key=company.domain,
        company_name=company.name,
        company_domain=company.domain,
        source=SOURCE,
        lawful_basis=pick.choice(_BASES),
    )


def _company(pick: Random, at: int) -> _Company:
    name = f"{pick.choice(_words('company'))} {pick.choice(_words('kind of company'))}"
    size = pick.choices(range(1, len(_SIZE_WEIGHTS) + 1), weights=_SIZE_WEIGHTS)[0]
    industry = pick.choice(_industries()) if pick.random() > 0.03 else 0
    return _Company(name, f"{plain(name).replace(' ', '-')}-{at}.example", size, industry, _used(pick))


@cache
def _phrases(kind: str) -> list[str]:
    return _lists()[kind].split("; ")


@cache
def _letters(name: str) -> str:
    return plain(name).replace(" ", "")


@cache
def _words(kind: str) -> list[str]:
    return _lists()[kind].split()


@cache
def _lists() -> dict[str, str]:
    lines = files(__package__).joinpath("words", "made_up.tsv").read_text(encoding="utf-8").splitlines()
    return dict(line.split("\t") for line in lines if not line.startswith("#"))


def _used(pick: Random) -> list[str]:
    """Return up to eight technologies; the first ones of the list are much the most frequent."""
    known = _phrases("technology")
    return sorted({known[int(len(known) * pick.random() ** 2)] for _ in range(pick.randrange(9))})


@cache
def _industries() -> list[int]:
    """Return the industries that lie in no other's place: the finest ones."""
    return [each for each in industries() if each >= 100]


@cache
def _titles() -> tuple[list[_Title], list[int]]:
    fields, regions = _phrases("field"), _phrases("region")
    named = [(weight, rank.format(field)) for weight, rank in _RANKS for field in fields]
    places = [(_PLAIN_TITLE, ""), *((1, f", {region}") for region in regions)]
    texts = [(weight * share, f"{text}{place}") for weight, text in named for share, place in places]
    titles = [_Title(text, title_words(text), title_facts(text).seniority, title_facts(text).function) for _, text in texts]
    return titles, _summed([weight for weight, _ in texts])


@cache
def _places() -> tuple[list[Located], list[int]]:
    places = [locate(city=city, region=region, country=country) for _, city, region, country in _CITIES]
    return places, _summed([weight for weight, *_ in _CITIES])


def _summed(weights: Sequence[int]) -> list[int]:
    return list(accumulate(weights))
