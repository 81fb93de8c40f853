import pytest

from mcp_gateway.activity.sentences import SENTENCES, sentence, thing
from rocketsdr.accounts import undo


def test_every_action_that_the_log_can_hold_has_a_sentence():
    known = {*undo._inverses, *undo._reasons}
    assert known - SENTENCES.keys() == set(), "put a sentence for it into mcp_gateway/activity/sentences.py"


def test_an_action_without_one_is_read_out_as_it_is_written():
    assert sentence("crm.person_made") == ("crm person made: ", "")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (("campaign", 12, "Spring"), "the campaign “Spring”"),
        (("campaign", 12, ""), "the campaign 12"),
        (("workspace", 3, ""), "the workspace"),
        (("", None, ""), ""),
        (("gadget", 7, ""), "the gadget 7"),
    ],
)
def test_a_thing_is_called_by_its_name_or_its_number(given, expected):
    assert thing(*given) == expected
