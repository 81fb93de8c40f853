"""Counts against a brute force, and samples against chance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from random import Random

import pytest

from campaigns.models import Directory, Person, Suppression
from campaigns.models.directory import SHUFFLES
from campaigns.queries import audiences
from campaigns.queries.audiences import ALREADY, DOMAIN_SUPPRESSED, NO_EMAIL, SUPPRESSED, Size
from campaigns.rules.targeting.audience import Audience, Facets
from campaigns.rules.targeting.titles import title_words
from campaigns.services import directories
from rocketsdr.accounts.models import Workspace
from tests import factories

AT = datetime(2026, 11, 26, 9, tzinfo=UTC)
PEOPLE, TREES, DRAWN = 3_000, 200, 1_000
CHANCE = 2.326  # standard deviations that a statistic exceeds once in a hundred times (p = 0.01)


@pytest.fixture
def crowd(workspace: Workspace) -> list[Person]:
    """People who do not exist: shared ones, our own and a stranger's."""
    for name, owner, number in (("Shared", None, 2 * PEOPLE // 3), ("Ours", workspace.id, PEOPLE // 3)):
        directories.make_up(directory=directories.get_or_open(name=name, workspace_id=owner, now=AT), number=number, seed=name, now=AT)
    crowd, pick = list(Person.objects.select_related("company").order_by("key")), Random(1)
    for person in crowd:
        person.shuffle = pick.randrange(SHUFFLES)  # the same in every run: what chance does once in a hundred times would do so in CI
    Person.objects.bulk_update(crowd, ["shuffle"])
    return crowd


def _suppress(workspace: Workspace, crowd: list[Person]) -> dict[str, str]:
    """Bar some people; return the reason by address or domain."""
    with_address = [person for person in crowd if person.email]
    barred: dict[str, str] = {}
    for person in with_address[:100]:
        barred[person.email.lower()] = SUPPRESSED
    for person in with_address[100:110]:
        barred[person.email.partition("@")[2]] = DOMAIN_SUPPRESSED
    kinds = {SUPPRESSED: Suppression.Kind.EMAIL, DOMAIN_SUPPRESSED: Suppression.Kind.DOMAIN}
    rows = [Suppression(workspace=workspace, kind=kinds[why], value=value, reason="manual", created_at=AT) for value, why in barred.items()]
    Suppression.objects.bulk_create(rows)
    for person in with_address[200:260]:
        factories.LeadFactory(workspace=workspace, email=person.email.upper())
        barred.setdefault(person.email.lower(), ALREADY)
    return barred


def _reason(person: Person, barred: dict[str, str]) -> str | None:
    if not person.email:
        return NO_EMAIL
    return barred.get(person.email.lower()) or barred.get(person.email.lower().partition("@")[2])


def _size(*, workspace_id: int, audience: Audience, exact: bool = False) -> Size:
    return audiences.find(workspace_id=workspace_id, audience=audience, number=1, seed="a", exact=exact).size


def _draw(*, workspace_id: int, audience: Audience, number: int, seed: str) -> list[Person]:
    return audiences.find(workspace_id=workspace_id, audience=audience, number=number, seed=seed).people


@pytest.fixture(params=["small", "large"])
def way(request, monkeypatch) -> str:
    """Have every audience looked at to its end, or taken for one that is too large for that."""
    if request.param == "large":
        monkeypatch.setattr(audiences, "CAP", 1)
        monkeypatch.setattr(audiences._Search, "_walks", lambda *_: True)
    return str(request.param)


# --- 200 trees -----------------------------------------------------------------------------------------------------------------


VALUES: dict[str, Callable[[Person], set[int]]] = {
    "countries": lambda person: {person.country},
    "regions": lambda person: {person.region},
    "cities": lambda person: {person.city},
    "seniorities": lambda person: {person.seniority},
    "functions": lambda person: {person.function},
    "industries": lambda person: {person.industry},
    "size_bands": lambda person: {person.size_band},
    "technologies": lambda person: set(person.technologies),
}
TITLES = (("head",), ("director", "sales"), ("vice", "president"), ("manager",), ("data",), ("chief", "executive", "officer"), ("founder",))
PLACES = ("countries", "regions", "cities")


def _fits(person: Person, facets: Facets) -> list[bool]:
    """Say of each facet that is asked for whether the person has one of its values."""
    said = [bool(VALUES[name](person) & getattr(facets, name)) for name in VALUES if name not in PLACES and getattr(facets, name)]
    if any(getattr(facets, name) for name in PLACES):
        said.append(any(VALUES[name](person) & getattr(facets, name) for name in PLACES))
    if facets.titles:
        words = set(title_words(person.title))
        said.append(any(words.issuperset(title) for title in facets.titles))
    return said


def _is_in(person: Person, audience: Audience) -> bool:
    return all(_fits(person, audience.include)) and not any(_fits(person, audience.exclude))


def _tree(pick: Random, crowd: list[Person]) -> Audience:
    """Make a filter of some facets, each with values that somebody has; an exclude is likelier to be of one facet."""

    def side(most: int) -> Facets:
        names = pick.sample([*VALUES, "titles"], k=pick.randint(0, most))
        chosen: dict[str, object] = {}
        for name in names:
            if name == "titles":
                chosen[name] = tuple(pick.sample(TITLES, k=pick.randint(1, 3)))
                continue
            having = [values for person in pick.sample(crowd, k=40) if (values := VALUES[name](person) - {0})]
            chosen[name] = frozenset(value for values in having[: pick.randint(1, 12)] for value in values)
        return Facets(**chosen)  # type: ignore[arg-type]  # by name

    return Audience(side(4), side(2))


@pytest.mark.parametrize(("cap", "few"), [(audiences.CAP, True), (0, False), (0, True)], ids=["looked at", "each", "all"])
def test_two_hundred_random_filters_count_what_a_brute_force_counts(workspace, stranger, crowd, monkeypatch, cap, few):
    monkeypatch.setattr(audiences, "CAP", cap)
    monkeypatch.setattr(audiences._Search, "_few_are_barred", lambda _: few)
    theirs = directories.get_or_open(name="Theirs", workspace_id=stranger.workspace.id, now=AT)
    directories.make_up(directory=theirs, number=200, seed="theirs", now=AT)
    barred, pick = _suppress(workspace, crowd), Random(7)
    sizes = []
    for _ in range(TREES):
        audience = _tree(pick, crowd)
        found = _size(workspace_id=workspace.id, audience=audience, exact=True)
        reasons = Counter(_reason(person, barred) for person in crowd if _is_in(person, audience))
        assert (found.total, found.is_exact) == (reasons.pop(None, 0), True), audience
        assert found.excluded == reasons, audience
        sizes.append(found.total)
    assert sum(1 for size in sizes if size > 0) > TREES // 2  # or the filters would prove little


def test_a_sample_has_only_people_of_the_audience_each_once(workspace, crowd, way):
    barred, pick = _suppress(workspace, crowd), Random(11)
    for number in range(40):
        audience = _tree(pick, crowd)
        drawn = _draw(workspace_id=workspace.id, audience=audience, number=25, seed=f"{number}")
        fitting = sum(1 for person in crowd if _is_in(person, audience) and _reason(person, barred) is None)
        assert len({person.id for person in drawn}) == len(drawn) == min(fitting, 25)
        assert all(_is_in(person, audience) and _reason(person, barred) is None for person in drawn)


# --- Chance --------------------------------------------------------------------------------------------------------------------


def _statistic(drawn: Counter[int], everybody: Counter[int], number: int) -> float:
    """Return by how many standard deviations the chi-square statistic lies above what chance gives (Wilson and Hilferty)."""
    total = sum(everybody.values())
    expected = {value: number * count / total for value, count in everybody.items()}
    rare = [value for value, count in expected.items() if count < 5]  # too few to compare each: together
    groups = [[value] for value in expected if value not in rare] + ([rare] if rare else [])
    chi = sum(
        (sum(drawn[value] for value in group) - sum(expected[value] for value in group)) ** 2 / sum(expected[value] for value in group)
        for group in groups
    )
    freedom = len(groups) - 1
    if freedom < 1:
        return 0.0
    spread = 2 / (9 * freedom)
    return float(((chi / freedom) ** (1 / 3) - (1 - spread)) / spread**0.5)


def test_a_thousand_drawn_leads_are_like_the_population_in_every_facet(workspace, crowd, way):
    audience = Audience(Facets(seniorities=frozenset({5, 6, 7, 8, 9, 10})))
    population = [person for person in crowd if person.email and person.seniority in audience.include.seniorities]
    drawn: list[Person] = []
    for number in range(DRAWN // 10):
        drawn += _draw(workspace_id=workspace.id, audience=audience, number=10, seed=f"draw {number}")
    assert len(drawn) == DRAWN
    for facet in ("country", "seniority", "function", "size_band", "industry"):
        sample, everybody = (Counter(getattr(person, facet) for person in people) for people in (drawn, population))
        assert _statistic(sample, everybody, DRAWN) < CHANCE, facet


def test_the_same_seed_draws_the_same_people_and_another_one_others(workspace, crowd, way):
    def draw(seed: str, number: int) -> list[int]:
        return [person.id for person in _draw(workspace_id=workspace.id, audience=Audience(), number=number, seed=seed)]

    assert draw("a", 10) == draw("a", 10) == draw("a", 25)[:10]
    assert draw("a", 10) != draw("b", 10)


def test_both_ways_to_draw_find_the_same_people(workspace, crowd, monkeypatch):
    audience = Audience(Facets(countries=frozenset({840})))
    looked = [_draw(workspace_id=workspace.id, audience=audience, number=20, seed=seed) for seed in "abc"]
    monkeypatch.setattr(audiences, "CAP", 10)
    for walks in (True, False):
        monkeypatch.setattr(audiences._Search, "_walks", lambda *_, walks=walks: walks)
        assert [_draw(workspace_id=workspace.id, audience=audience, number=20, seed=seed) for seed in "abc"] == looked


# --- The cap -------------------------------------------------------------------------------------------------------------------


def test_a_large_audience_is_counted_to_the_cap_unless_all_is_asked_for(workspace, crowd, monkeypatch):
    monkeypatch.setattr(audiences, "CAP", 500)
    capped = _size(workspace_id=workspace.id, audience=Audience())
    assert (capped.total, capped.is_exact, str(capped)) == (500, False, "500+")
    exact = _size(workspace_id=workspace.id, audience=Audience(), exact=True)
    assert (exact.total, exact.is_exact) == (sum(1 for person in crowd if person.email), True)


def test_an_audience_that_is_mostly_excluded_is_counted_to_its_end(workspace, crowd, monkeypatch):
    for person in crowd:
        if person.email:
            factories.LeadFactory(workspace=workspace, email=person.email)
    monkeypatch.setattr(audiences, "CAP", 100)
    found = _size(workspace_id=workspace.id, audience=Audience())
    assert (found.total, found.is_exact) == (0, True)
    assert sum(found.excluded.values()) == PEOPLE


# --- Strangers -----------------------------------------------------------------------------------------------------------------


def test_a_strangers_directory_is_seen_by_the_stranger_alone(workspace, stranger):
    theirs = directories.get_or_open(name="Theirs", workspace_id=stranger.workspace.id, now=AT)
    directories.make_up(directory=theirs, number=50, seed="1", now=AT)
    assert _size(workspace_id=workspace.id, audience=Audience()).total == 0
    seen = _size(workspace_id=stranger.workspace.id, audience=Audience())
    assert seen.total + seen.excluded.get(NO_EMAIL, 0) == 50
    assert _draw(workspace_id=workspace.id, audience=Audience(), number=5, seed="a") == []


def test_a_strangers_suppressions_bar_nobody_here(workspace, stranger, crowd):
    before = _size(workspace_id=workspace.id, audience=Audience()).total
    _suppress(stranger.workspace, crowd)
    assert _size(workspace_id=workspace.id, audience=Audience()).total == before


def test_there_are_no_two_shared_directories_of_one_name(db):
    first = directories.get_or_open(name="Shared", workspace_id=None, now=AT)
    assert directories.get_or_open(name=" Shared ", workspace_id=None, now=AT) == first
    assert Directory.objects.count() == 1
