import pytest

from campaigns.models import CampaignStatus, DeliveryStatus, EnrollmentStatus, EventKind, SenderStatus
from campaigns.models.conversation import ThreadStatus
from campaigns.views.badges import TONES, badge, percent, wording

STATES = {
    *CampaignStatus,
    *DeliveryStatus,
    *EnrollmentStatus,
    *EventKind,
    *SenderStatus,
    *ThreadStatus,
    "ok",
    "poor",
    "never_used",
    "not_enrolled",
}


def test_every_state_has_words():
    assert all("_" not in wording(state) and wording(state)[0].isupper() for state in STATES)


def test_every_tone_is_of_a_state_that_exists():
    assert {state for states in TONES.values() for state in states} <= {str(state) for state in STATES}


def test_a_badge_says_its_state_in_words_and_escapes_what_it_does_not_know():
    assert badge("running") == '<span class="badge dot ok">Running</span>'
    assert "<b>" not in badge("<b>")


@pytest.mark.parametrize(("part", "said"), [(None, "-"), (0.0, "0 %"), (1.0, "100 %"), (0.0333, "3.3 %"), (0.5, "50 %")])
def test_a_rate_is_told_as_a_percentage(part, said):
    assert percent(part) == said
