import pytest

from campaigns.queries.personas import get_persona, list_personas
from rocketsdr.lib.errors import NotFound
from tests import factories


def test_personas_are_listed_newest_first(actor, workspace):
    made = factories.PersonaFactory.create_batch(3, workspace=workspace)
    found = list_personas(actor=actor, limit=2)
    assert found.items == [made[2], made[1]]
    assert found.total == 3
    assert list_personas(actor=actor, limit=2, cursor=found.next_cursor).items == [made[0]]


def test_a_stranger_sees_none_of_them(stranger, persona):
    assert list_personas(actor=stranger.actor).items == [stranger.persona]


@pytest.mark.parametrize("whose", ["stranger", "nobody", "beyond bigint"])
def test_a_strangers_persona_and_a_missing_one_look_the_same(actor, persona, stranger, whose):
    persona_id = {"stranger": stranger.persona.id, "nobody": 999_999_999, "beyond bigint": 10**30}[whose]
    with pytest.raises(NotFound, match="No such persona") as caught:
        get_persona(actor=actor, persona_id=persona_id)
    assert caught.value.context == {"persona_id": persona_id}


def test_ones_own_persona_is_found(actor, persona):
    assert get_persona(actor=actor, persona_id=persona.id) == persona
