"""Facets against a brute force, and estimates against chance."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from random import Random

import pytest

from campaigns.models import Person, Suppression, Technology
from campaigns.models.directory import SHUFFLES
from campaigns.queries import facet_counts
from campaigns.queries.facet_counts import FACETS
from campaigns.queries.facet_counts import facet_counts as count
from campaigns.rules.targeting.audience import Audience, Facets
from campaigns.rules.targeting.industries import sector_of, within
from campaigns.rules.targeting.titles import title_words
from campaigns.rules.targeting.values import SENIORITIES
from campaigns.services import directories
from rocketsdr.accounts.actor import Actor
from rocketsdr.lib.errors import Forbidden
from tests import factories

AT = datetime(2026, 11, 26, 9, tzinfo=UTC)
PEOPLE, TREES = 1_500, 40
COLUMNS = {"country": "country", "region": "region", "city": "city", "seniority": "seniority", "function": "function", "size": "size_band"}
OF = {"countries": "country", "regions": "region", "cities": "city", "seniorities": "seniority", "functions": "function"}
OF |= {"industries": "industry", "size_bands": "size_band"}
SURE = 4.5  # standard deviations that an honest estimate exceeds once in 150,000 times


@pytest.fixture
def crowd(workspace, stranger) -> list[Person]:
    """People who do not exist: shared ones, our own, and a stranger's, who are never counted."""
    for name, owner, number in (("Shared", None, PEOPLE), ("Ours", workspace.id, 300), ("Theirs", stranger.workspace.id, 300)):
        directories.make_up(directory=directories.get_or_open(name=name, workspace_id=owner, now=AT), number=number, seed=name, now=AT)
    people, pick = list(Person.objects.order_by("key")), Random(1)
    for person in people:
        person.shuffle = pick.randrange(SHUFFLES)
    Person.objects.bulk_update(people, ["shuffle"])
    return [person for person in people if person.directory.name != "Theirs"]


@pytest.fixture
def mailable(workspace, crowd) -> list[Person]:
    """Those of them whom the workspace may write to."""
    with_address = [person for person in crowd if person.email]
    out = {person.email.lower() for person in with_address[:60]}
    gone = {person.email.lower().partition("@")[2] for person in with_address[60:70]}
    rows = [*(("email", value) for value in out), *(("domain", value) for value in gone)]
    Suppression.objects.bulk_create(
        [Suppression(workspace=workspace, kind=kind, value=value, reason="manual", created_at=AT) for kind, value in rows]
    )
    for person in with_address[100:120]:
        factories.LeadFactory.create(workspace=workspace, email=person.email.upper())
        out.add(person.email.lower())
    return [each for each in with_address if each.email.lower() not in out and each.email.lower().partition("@")[2] not in gone]


# --- By hand -------------------------------------------------------------------------------------------------------------------


def _values(person: Person, name: str) -> set[int]:
    return set(person.technologies) if name == "technologies" else {getattr(person, OF[name])}


def _has(person: Person, side: Facets, facet: str) -> bool | None:
    """Say whether somebody has a value that one side asks for; None where it asks for nothing."""
    asked = [name for name in FACETS[facet] if getattr(side, name)]
    return any(_values(person, name) & getattr(side, name) for name in asked) if asked else None


def _titled(person: Person, side: Facets) -> bool | None:
    words = set(title_words(person.title))
    return any(words.issuperset(title) for title in side.titles) if side.titles else None


def _fits(person: Person, audience: Audience, *, but: str) -> bool:
    """Say whether somebody has what all facets but one ask for."""
    said = [(_has(person, audience.include, each), _has(person, audience.exclude, each)) for each in FACETS if each != but]
    said.append((_titled(person, audience.include), _titled(person, audience.exclude)))
    return all(included is not False and excluded is not True for included, excluded in said)


def _tree(pick: Random, crowd: list[Person]) -> Audience:
    def side(most: int) -> Facets:
        chosen: dict[str, object] = {}
        for name in pick.sample([*OF, "technologies", "titles"], k=pick.randint(0, most)):
            if name == "titles":
                chosen[name] = (("manager",), ("head",), ("director", "sales"))[: pick.randint(1, 3)]
                continue
            chosen[name] = frozenset(value for person in pick.sample(crowd, k=8) for value in _values(person, name) if value)
        return Facets(**chosen)  # type: ignore[arg-type]  # by name

    return Audience(side(3), side(2))


def _by_hand(people: list[Person], audience: Audience) -> dict[str, Counter[str]]:
    """Count every facet by looking at everybody; the values by their id."""
    found: dict[str, Counter[str]] = {}
    inside = audience.include.countries | audience.around
    for facet, column in COLUMNS.items():
        of = "place" if facet in ("country", "region", "city") else facet
        fit = [each for each in people if _fits(each, audience, but=of)]
        if facet in ("region", "city") and inside:
            fit = [each for each in fit if each.country in inside]
        found[facet] = Counter(str(getattr(each, column)) for each in fit if getattr(each, column))
    fit = [each for each in people if _fits(each, audience, but="industry")]
    found["sector"] = Counter(str(sector_of(each.industry)) for each in fit if each.industry)
    sectors = {sector_of(each) for each in audience.include.industries}
    narrow = {inner for sector in sectors for inner in within(sector) if inner != sector}
    found["industry"] = Counter({str(each): sum(1 for one in fit if one.industry in within(each)) for each in narrow})
    using = [each for each in people if _fits(each, audience, but="technology")]
    found["technology"] = Counter(str(technology) for each in using for technology in each.technologies)
    return found


@pytest.fixture
def ids(monkeypatch) -> None:
    """Have every value called by its id, so that those by hand can be compared without a word."""
    monkeypatch.setattr(facet_counts, "_named", lambda _, numbers: {each: (str(each), str(each)) for each in numbers})


def _counted(found: facet_counts.FacetCounts) -> dict[str, dict[str, int]]:
    return {name: {each.value: each.leads for each in facet.values} for name, facet in found.facets.items()}


@pytest.mark.usefixtures("ids")
@pytest.mark.parametrize("counted", [0, 1_000_000], ids=["all looked at", "counted one by one"])
def test_exact_counts_are_those_of_a_brute_force(actor, crowd, mailable, monkeypatch, counted):
    if counted:  # as if there were too many to look at, but few enough to count
        monkeypatch.setattr(facet_counts, "LOOKED_AT", 400)
        monkeypatch.setattr(facet_counts, "COUNTED", counted)
    pick, some = Random(3), 0
    for _ in range(TREES):
        audience = _tree(pick, crowd)
        found = count(actor=actor, audience=audience, shown=1_000)
        assert found.is_exact
        assert (found.looked_at < 1) is bool(counted)
        expected = {
            name: {value: number for value, number in each.items() if number} for name, each in _by_hand(mailable, audience).items()
        }
        assert _counted(found) == expected, audience
        some += sum(len(each) for each in expected.values())
    assert some > 10 * TREES  # or the filters would prove little


@pytest.mark.usefixtures("ids")
def test_estimates_are_within_the_error_of_their_sample(actor, crowd, mailable, monkeypatch):
    monkeypatch.setattr(facet_counts, "LOOKED_AT", 600)
    monkeypatch.setattr(facet_counts, "COUNTED", 0)
    for audience in (Audience(), Audience(Facets(countries=frozenset({840, 276}))), Audience(exclude=Facets(seniorities=frozenset({10})))):
        found = count(actor=actor, audience=audience, shown=1_000)
        assert not found.is_exact
        part, estimated = found.looked_at, _counted(found)
        assert 0.2 < part < 0.5
        for name, numbers in _by_hand(mailable, audience).items():
            for value, number in numbers.items():
                deviation = (number * (1 - part) / part) ** 0.5
                assert abs(estimated[name].get(value, 0) - number) <= SURE * deviation + 1 / part, (name, value)


def test_the_most_frequent_values_come_first_with_their_words(actor, crowd, mailable):
    found = count(actor=actor, audience=Audience(Facets(industries=within(51), countries=frozenset({276}))), shown=5)
    for facet in found.facets.values():
        assert [each.leads for each in facet.values] == sorted((each.leads for each in facet.values), reverse=True)
        assert len(facet.values) <= 5 <= max(facet.different, 5)
    first = {name: facet.values[0] for name, facet in found.facets.items()}
    assert (first["country"].value, first["country"].label) == ("US", "United States")
    assert first["region"].value.startswith("DE-")
    assert first["city"].value.startswith("geo:")
    assert first["city"].label.endswith(", Germany")
    assert all(each.value.startswith("51") for each in found.facets["industry"].values)
    assert Technology.objects.filter(name=first["technology"].value).exists()
    assert {each.value for each in found.facets["seniority"].values} <= {each.value for each in SENIORITIES}


def test_a_facet_is_counted_without_what_it_asks_for_itself(actor, crowd, mailable):
    free = count(actor=actor, audience=Audience(), shown=50).facets["seniority"]
    narrowed = count(actor=actor, audience=Audience(Facets(seniorities=frozenset({5}))), shown=50).facets
    assert narrowed["seniority"] == free
    vps = next(each.leads for each in free.values if each.value == "vp")
    assert sum(each.leads for each in narrowed["size"].values) <= vps


def test_where_nobody_is_nothing_is_counted(actor, db):
    found = count(actor=actor, audience=Audience())
    assert all(facet.values == [] for facet in found.facets.values())


def test_a_credential_that_may_see_no_leads_sees_no_counts(workspace):
    nobody = Actor(workspace_id=workspace.id, user_id=None, via="mcp", scopes=frozenset({"campaigns:read"}))
    with pytest.raises(Forbidden):
        count(actor=nobody, audience=Audience())
