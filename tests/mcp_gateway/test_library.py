"""Lists of resources and prompts, reading them, and what they say of what is not there."""

from __future__ import annotations

import pytest

from mcp_gateway import library
from mcp_gateway.library import UnknownPrompt, UnknownResource
from mcp_gateway.surfaces import OUTREACH, Surface
from mcp_gateway.tool import InvalidArguments
from rocketsdr.accounts.actor import ALL_SCOPES, MissingScope
from tests import factories

NOTHING: frozenset[str] = frozenset()
EMPTY = Surface(slug="empty", address="", package="mcp_gateway.tools.outreach", instructions="")
LISTS = [library.list_resources, library.list_templates, library.list_prompts]


@pytest.mark.parametrize("listing", LISTS)
def test_a_list_is_the_same_every_time_and_ordered_by_name(listing):
    entries, cursor = listing(OUTREACH, ALL_SCOPES)
    assert (entries, cursor) == listing(OUTREACH, ALL_SCOPES)
    assert cursor is None
    assert [each["name"] for each in entries] == sorted(each["name"] for each in entries)


@pytest.mark.parametrize("listing", LISTS)
def test_the_pages_of_a_list_together_are_the_list(listing):
    small = Surface(
        slug="small", address="", package="", instructions="", resources=OUTREACH.resources, prompts=OUTREACH.prompts, page_size=2
    )
    seen, cursor = [], None
    while True:
        shown, cursor = listing(small, ALL_SCOPES, cursor)
        assert len(shown) <= 2
        seen += shown
        if cursor is None:
            break
    assert seen == listing(OUTREACH, ALL_SCOPES)[0]


def test_a_list_shows_what_the_scopes_allow():
    names = [[each["name"] for each in listing(OUTREACH, NOTHING)[0]] for listing in LISTS]
    assert names == [["account", "guide", "policies", "quota"], [], []]
    assert "thread" in [each["name"] for each in library.list_templates(OUTREACH, frozenset({"inbox:read"}))[0]]
    assert library.names(OUTREACH, NOTHING) == {"resources": ("account", "guide", "policies", "quota"), "prompts": ()}


@pytest.mark.parametrize("listing", LISTS)
def test_a_surface_without_folders_has_empty_lists(listing):
    assert listing(EMPTY, ALL_SCOPES) == ([], None)


# --- Reading ---------------------------------------------------------------------------------------------------------------------

UNKNOWN = ["outreach://nothing", "outreach://campaigns/x", "outreach://campaigns/0", "outreach://targeting/mood", "", "\x00", "x" * 5_000]


@pytest.mark.parametrize("uri", UNKNOWN)
@pytest.mark.parametrize("ask", [library.read, library.version_of])
def test_an_unknown_uri_is_refused(actor, ask, uri):
    with pytest.raises(UnknownResource) as refused:
        ask(OUTREACH, actor, uri)
    assert refused.value.message == f"Unknown resource: {uri[:200]}."
    assert refused.value.fix


@pytest.mark.parametrize(
    "uri", ["outreach://campaigns/{campaign}", "outreach://campaigns/{campaign}/schedule", "outreach://threads/{thread}"]
)
@pytest.mark.parametrize("ask", [library.read, library.version_of])
def test_somebody_elses_looks_like_what_is_not_there(actor, stranger, ask, uri):
    said = []
    for campaign, thread in ((stranger.campaign.id, stranger.conversation.id), (10**9, 10**9)):
        with pytest.raises(UnknownResource) as refused:
            ask(OUTREACH, actor, asked := uri.format(campaign=campaign, thread=thread))
        said.append((refused.value.message.replace(asked, "…"), refused.value.fix))
    assert said[0] == said[1]


def test_a_version_without_a_statement_of_its_own_follows_the_contents(actor, workspace):
    first = library.version_of(OUTREACH, actor, "outreach://account")
    assert library.version_of(OUTREACH, actor, "outreach://account") == first
    type(workspace).objects.filter(id=workspace.id).update(name="Acme & Sons")
    assert library.version_of(OUTREACH, actor, "outreach://account") != first


def test_versions_of_campaigns_and_threads_take_one_statement(actor, campaign, lead, django_assert_num_queries):
    thread = factories.ConversationFactory.create(campaign=campaign, lead=lead)
    for uri in (f"outreach://campaigns/{campaign.id}", f"outreach://campaigns/{campaign.id}/schedule", f"outreach://threads/{thread.id}"):
        with django_assert_num_queries(1):
            library.version_of(OUTREACH, actor, uri)


# --- Prompts ---------------------------------------------------------------------------------------------------------------------


def test_an_unknown_prompt_is_refused_with_the_one_that_was_meant(actor):
    with pytest.raises(UnknownPrompt, match=r"Unknown prompt: launch_campain\. Did you mean launch_campaign\?"):
        library.get_prompt(OUTREACH, actor, "launch_campain")


def test_a_prompt_without_its_scopes_is_refused_by_the_name_of_one(viewer):
    with pytest.raises(MissingScope, match="campaigns:write"):
        library.get_prompt(OUTREACH, viewer, "launch_campaign", {"goal": "More calls"})


@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        ("launch_campaign", {}, "goal is missing: add it."),
        ("launch_campaign", {"goal": "x", "product": "1"}, "product is not an argument of launch_campaign: did you mean product_id."),
        ("weekly_review", {"days": "many"}, 'days is "many": send a whole number.'),
        ("weekly_review", {"days": "365"}, 'days is "365": send at most 90.'),
        ("improve_sequence", {"campaign_id": "x"}, 'campaign_id is "x": send an id: a whole number, or a string of digits.'),
        ("explain_contact", {"email": "ada"}, r'email is "ada": send a text of the form ^[^@\s]+@[^@\s]+$.'),
        ("triage_inbox", {"days": "7"}, "days is not an argument of triage_inbox: remove it."),
    ],
)
def test_wrong_arguments_are_named_with_their_value_and_a_fix(actor, name, arguments, said):
    with pytest.raises(InvalidArguments) as refused:
        library.get_prompt(OUTREACH, actor, name, arguments)
    assert refused.value.message == said


def test_somebody_elses_id_in_an_argument_looks_like_one_that_is_not_there(actor, stranger):
    for name, field, value, said in (
        ("improve_sequence", "campaign_id", stranger.campaign.id, "No such campaign. list_campaigns shows the ids."),
        ("improve_sequence", "campaign_id", 10**9, "No such campaign. list_campaigns shows the ids."),
        ("launch_campaign", "product_id", stranger.product.id, "No such product. list_products shows the ids."),
        ("launch_campaign", "persona_id", stranger.persona.id, "No such persona. list_personas shows the ids."),
        ("launch_campaign", "sender_id", stranger.sender.id, "No such sender. list_senders shows the ids."),
    ):
        with pytest.raises(InvalidArguments) as refused:
            library.get_prompt(
                OUTREACH, actor, name, {"goal": "x", field: str(value)} if name == "launch_campaign" else {field: str(value)}
            )
        assert refused.value.message == f'{field} is "{value}": {said}'
