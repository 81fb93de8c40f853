from __future__ import annotations

from collections import Counter

from campaigns.rules.directory.made_up import people
from campaigns.rules.email_addresses import Address, check


def test_the_same_seed_makes_the_same_people_and_another_one_others():
    first, again, others = (list(people(50, seed=seed)) for seed in ("a", "a", "b"))
    assert first == again
    assert not {person.key for person in first} & {person.key for person in others}


def test_no_two_people_have_one_address_and_every_address_could_be_written_to():
    addresses = [person.email for person in people(2_000, seed="a") if person.email]
    assert len(set(addresses)) == len(addresses)
    assert all(isinstance(check(address), Address) and address.endswith(".example") for address in addresses)


def test_every_facet_is_spread_and_some_of_each_is_unknown():
    made = list(people(5_000, seed="a"))
    for facet, most in (("country", 0.5), ("seniority", 0.7), ("function", 0.3), ("size_band", 0.5), ("industry", 0.2)):
        counts = Counter(getattr(person, facet) for person in made)
        assert len(counts) > 6, facet
        assert max(counts.values()) < most * len(made), facet
    assert any(not person.email for person in made)
    assert any(not person.country for person in made)
    assert any(not person.industry for person in made)


def test_one_person_alone_can_be_made_up():
    assert len(list(people(1, seed="a"))) == 1
