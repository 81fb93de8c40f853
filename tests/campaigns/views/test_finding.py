import re
from html import unescape

import pytest

from campaigns.models import Audience, Person, Persona
from campaigns.services import directories
from rocketsdr.accounts.models import AuditEvent, QuotaUse
from tests import factories
from tests.campaigns.views.test_every_page import BACKWARDS, HTML, LONG

FIND = "/leads/find/"


@pytest.fixture
def people(db, now):
    directories.make_up(directory=directories.get_or_open(name="Shared", workspace_id=None, now=now), number=600, seed="a", now=now)


def _text(response):
    assert response.status_code == 200
    return unescape(response.content.decode())


def _total(page, query=""):
    (total,) = re.findall(r'Total <span class="number">([\d,+]+)</span>', _text(page.get(f"{FIND}{query}")))
    return total


def _links(text):
    """Return where the links of the page lead, by what they say."""
    text = re.sub(r'<span aria-hidden="true">[^<]*</span>', "", text)
    found = re.findall(r'<a[^>]*href="(\?[^"]*)"[^>]*>(.*?)</a>', text, re.DOTALL)
    return {" ".join(re.sub(r"<[^>]*>", " ", said).split()): href for href, said in found}


def _follow(page, text, beginning):
    return next(href for said, href in _links(text).items() if said.startswith(beginning))


def test_without_a_directory_it_says_what_an_operator_does(page):
    text = _text(page.get(FIND))
    assert "No directory is loaded" in text
    assert "manage.py load_directory" in text
    assert "Total" not in text


def test_a_strangers_directory_is_none(page, stranger, now):
    theirs = directories.get_or_open(name="Theirs", workspace_id=stranger.workspace.id, now=now)
    directories.make_up(directory=theirs, number=20, seed="a", now=now)
    assert "No directory is loaded" in _text(page.get(FIND))


def test_the_number_of_a_value_is_the_total_behind_its_link(page, people):
    text = _text(page.get(FIND))
    for said, href in list(_links(text).items()):
        if found := re.fullmatch(r"(?:Germany|VP|Marketing|51-200|Manufacturing) (\d+)", said):
            assert _total(page, href) == found[1], said


def test_values_are_added_left_out_and_taken_back_by_links(page, people):
    text = _text(page.get(FIND))
    germany = _follow(page, text, "Germany ")
    text = _text(page.get(FIND + germany))
    assert re.search(r'aria-current="true".{0,200}<bdi>Germany</bdi>', text, re.DOTALL)
    both = _follow(page, text, "VP ")
    assert both == "?locations=DE&seniorities=vp"
    assert _follow(page, _text(page.get(FIND + both)), "Take back place Germany") == "?seniorities=vp"
    without = _follow(page, text, "Not United Kingdom")
    assert without == "?locations=DE&not_locations=GB"
    assert _follow(page, _text(page.get(FIND + without)), "Undo leaving out United Kingdom") == "?locations=DE"


def test_a_city_takes_the_place_of_its_country_and_an_industry_that_of_its_sector(page, people):
    text = _text(page.get(f"{FIND}?locations=germany&industries=31-33"))
    assert _follow(page, text, "Munich, Germany ") == "?industries=31-33&locations=geo%3A2867714"
    detail = next(href for href in _links(text).values() if re.search(r"industries=3\d\d+$", href) and "not_" not in href)
    assert detail.startswith("?locations=germany&industries=3")


def test_a_size_is_asked_for_from_its_beginning_to_its_end(page, people):
    text = _text(page.get(FIND))
    size = _follow(page, text, "51-200 ")
    assert size == "?company_size_min=51&company_size_max=200"
    text = _text(page.get(FIND + size))
    assert '<option value="51" selected>' in text
    assert "200 employees at most" in text
    assert _follow(page, text, "51-200 ") == "?"


def test_a_sample_says_who_and_why_and_another_one_has_other_people(page, people):
    text = _text(page.get(f"{FIND}?locations=DE&seed=a"))
    assert "10 of them at random" in text
    assert len(re.findall(r"<bdi>In (?:[^<]+, )?Germany</bdi>", text)) == 10
    another = _follow(page, text, "Another sample")
    assert re.fullmatch(r"\?locations=DE&seed=[0-9a-f]{8}#sample", another)
    names = [re.findall(r'<td class="name"><bdi>([^<]+)', each) for each in (text, _text(page.get(FIND + another.partition("#")[0])))]
    assert len(names[0]) == len(names[1]) == 10
    assert names[0] != names[1]


def test_who_is_left_out_is_said_by_reason(page, people, workspace):
    known = Person.objects.exclude(email="").order_by("id").first()
    assert known is not None
    factories.SuppressionFactory.create(workspace=workspace, value=known.email.lower())
    text = re.sub(r"<[^>]*>", "", _text(page.get(FIND)))
    assert re.search(r"Left out: \d+ without an address, 1 suppressed\.", text)


def test_what_is_not_known_is_asked_about_and_nothing_is_searched(page, people):
    text = _text(page.get(f"{FIND}?locations=Georgia&titles=Wizard+of+Oz&not_technologies=Abacus&seniorities=vp"))
    assert "What did you mean?" in text
    assert "Total" not in text
    assert _follow(page, text, "Georgia, United States") == "?titles=Wizard+of+Oz&seniorities=vp&not_technologies=Abacus&locations=US-GA"
    assert _follow(page, text, "Nobody has it: take it back , instead of Abacus") == "?locations=Georgia&titles=Wizard+of+Oz&seniorities=vp"


def test_a_company_size_within_a_band_is_refused_with_a_sentence(page, people):
    assert "company_size_min is 60, which is inside a band" in _text(page.get(f"{FIND}?company_size_min=60"))
    assert "no whole number" in _text(page.get(f"{FIND}?company_size_min=many"))


@pytest.mark.parametrize("query", ["?seed=%00", "?wands=long", "?locations=%00&titles=", "?seniorities=&company_size_min="])
def test_what_makes_no_sense_narrows_nothing(page, people, query):
    assert _total(page, query) == _total(page)


def test_looking_uses_no_quota_of_agents(page, people):
    page.get(FIND)
    assert not QuotaUse.objects.exists()


def test_what_was_found_is_saved_under_a_name(page, people):
    response = page.post(f"{FIND}save/?locations=DE&not_seniorities=intern", {"name": "Germans"}, follow=True)
    assert "The audience is saved." in _text(response)
    assert response.redirect_chain == [("/leads/audiences/", 302)]
    assert Audience.objects.get().targeting == {"locations": ["DE"], "exclude": {"seniorities": ["intern"]}}


@pytest.mark.parametrize(("query", "name", "said"), [("?locations=Georgia", "G", "did you mean"), ("?locations=DE", "", "needs a name")])
def test_what_cannot_be_saved_leads_back_with_the_reason(page, people, query, name, said):
    response = page.post(f"{FIND}save/{query}", {"name": name}, follow=True)
    assert response.redirect_chain == [(f"{FIND}{query}", 302)]
    assert said in _text(response)
    assert not Audience.objects.exists()


def test_a_persona_looks_for_what_was_found_from_now_on(page, people, persona):
    response = page.post(f"{FIND}persona/?locations=DE&company_size_min=51", {"persona_id": persona.id}, follow=True)
    assert "The persona looks for these leads from now on." in _text(response)
    assert Persona.objects.get(id=persona.id).targeting == {"locations": ["DE"], "company_size_min": 51}
    assert AuditEvent.objects.latest("id").action == "persona.updated"


@pytest.mark.parametrize("given", ["", "x", "²", "9" * 30])
def test_a_persona_has_to_be_chosen(page, people, persona, given):
    assert "Choose a persona." in _text(page.post(f"{FIND}persona/?locations=DE", {"persona_id": given}, follow=True))


def test_a_strangers_persona_is_not_found(page, people, stranger):
    assert page.post(f"{FIND}persona/?locations=DE", {"persona_id": stranger.persona.id}).status_code == 404
    assert Persona.objects.get(id=stranger.persona.id).targeting == {}


def test_a_targeting_that_is_not_known_is_stored_with_no_persona(page, people, persona):
    assert "did you mean" in _text(page.post(f"{FIND}persona/?locations=Georgia", {"persona_id": persona.id}, follow=True))
    assert Persona.objects.get(id=persona.id).targeting == {}


def test_a_viewer_finds_leads_and_gets_no_buttons_that_store(looking, people, persona):
    text = _text(looking.get(FIND))
    assert "Total" in text
    assert f"{FIND}save/" not in text
    assert f"{FIND}persona/" not in text
    for address in (f"{FIND}save/?locations=DE", f"{FIND}persona/?locations=DE"):
        assert looking.post(address, {"name": "Mine", "persona_id": persona.id}).status_code == 403


@pytest.mark.parametrize("words", [HTML, BACKWARDS, LONG], ids=["html", "backwards", "long"])
def test_hostile_words_are_only_words(page, people, words):
    text = page.get(FIND, {"locations": words, "titles": words, "not_technologies": words, "company_size_min": words}).content.decode()
    assert "<script>alert" not in text
    apart = {tag for tag, attributes in re.findall(r"<([a-z0-9]+)([^<>]*)>[^<>]*\u202e", text) if tag != "bdi" and "dir=" not in attributes}
    assert not apart
