import pytest

from campaigns.rules import texts


@pytest.mark.parametrize("text", ["", "Ada", "a\nb\tc\r", "ÄÖ 漢字 🎉", "\x01", "\ufffe"])
def test_ordinary_text_can_be_stored(text):
    assert texts.is_storable(text)


@pytest.mark.parametrize("text", ["\x00", "a\x00b", "\ud83c", "a\udf89"])
def test_nul_and_half_a_surrogate_pair_cannot(text):
    assert not texts.is_storable(text)
    assert not texts.is_one_line(text)


@pytest.mark.parametrize("text", ["", "Grace Hopper", "Zoë 🎉", "a\u00a0b"])
def test_a_name_is_one_line(text):
    assert texts.is_one_line(text)


@pytest.mark.parametrize("text", ["a\nb", "a\rb", "a\tb", "\x1b[31m", "a\x85b", "a\u2028b", "a\u2029b", "\x7f"])
def test_a_text_with_a_break_or_a_control_character_is_not(text):
    assert not texts.is_one_line(text)
