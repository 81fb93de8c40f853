"""Products and personas: stored, changed, and listed in the lines that existing clients parse."""

from __future__ import annotations

import re

import pytest

from campaigns.models import Persona, Product
from tests import factories

LINE = re.compile(r"- \*\*ID: (\w+)\*\* - (.+)")


def test_a_product_is_stored_and_told_as_a_list_item(agent):
    result = agent.result(
        "create_product",
        name="Analytics Suite",
        description="Self-serve product analytics for B2B teams",
        value_props=["Answers without SQL"],
        proof_points=["412 teams use it"],
        url="https://analytics.example",
    )
    stored = Product.objects.get()
    assert result["content"][0]["text"] == f"- **ID: {stored.id}** - Analytics Suite\n  Self-serve product analytics for B2B teams"
    product = result["structuredContent"]["product"]
    assert product.pop("updated_at")
    assert product == {
        "id": stored.id,
        "name": "Analytics Suite",
        "description": "Self-serve product analytics for B2B teams",
        "value_props": ["Answers without SQL"],
        "proof_points": ["412 teams use it"],
        "url": "https://analytics.example",
    }


def test_a_persona_is_told_with_its_title(agent):
    result = agent.result(
        "create_persona",
        name="Data lead",
        title="Head of Data",
        description="Answers for the numbers",
        pains=["Every question is a ticket"],
    )
    stored = Persona.objects.get()
    assert result["content"][0]["text"] == f"- **ID: {stored.id}** - Data lead\n  Head of Data"
    persona = result["structuredContent"]["persona"]
    assert persona.pop("updated_at")
    assert persona == {
        "id": stored.id,
        "name": "Data lead",
        "title": "Head of Data",
        "description": "Answers for the numbers",
        "pains": ["Every question is a ticket"],
        "targeting": {},
    }


def test_an_update_changes_what_is_given_and_clears_what_is_empty(agent, product, persona):
    changed = agent.data("update_product", product_id=str(product.id), description="New words", url="", value_props=[])["product"]
    assert (changed["name"], changed["description"], changed["url"], changed["value_props"]) == ("Analytics Suite", "New words", "", [])
    assert changed["proof_points"] == product.proof_points
    assert agent.text("update_persona", persona_id=persona.id, title="") == (
        f"- **ID: {persona.id}** - Data lead\n  Answers for the numbers of the company"
    )


@pytest.mark.parametrize(
    ("tool", "arguments", "sentence"),
    [
        ("create_product", {}, "Error creating the product: name is missing: add it."),
        ("create_product", {"name": ""}, 'Error creating the product: name is "": send at least 1 characters.'),
        ("create_product", {"name": " "}, "Error creating the product: name is '': This field cannot be blank. Give another value."),
        (
            "create_product",
            {"name": "A", "url": "nope"},
            "Error creating the product: url is 'nope': Enter a valid URL. Give a web address such as https://example.com.",
        ),
        ("create_product", {"name": "A", "value_props": "fast"}, 'Error creating the product: value_props is "fast": send a list.'),
        ("create_persona", {"name": 5}, "Error creating the persona: name is 5: send a text."),
        ("create_persona", {"name": "A", "pains": [1]}, "Error creating the persona: pains[0] is 1: send a text."),
        (
            "create_persona",
            {"name": "A", "titel": "VP"},
            "Error creating the persona: titel is not an argument of create_persona: did you mean title.",
        ),
        (
            "update_product",
            {"product_id": "x"},
            'Error updating the product: product_id is "x": send an id: a whole number, or a string of digits.',
        ),
        ("update_persona", {"persona_id": 99_999}, "Error updating the persona: No such persona. list_personas shows the ids."),
    ],
)
def test_a_wrong_field_is_told_with_its_value_and_the_fix(agent, tool, arguments, sentence):
    assert agent.refusal(tool, **arguments) == sentence
    assert not Product.objects.exists()
    assert not Persona.objects.exists()


def test_the_lists_are_in_the_lines_that_clients_parse(agent, product, persona):
    other = factories.ProductFactory.create(workspace=product.workspace, name="Bare", description="")
    assert agent.text("list_products") == (
        f"- **ID: {other.id}** - Bare\n- **ID: {product.id}** - Analytics Suite\n  Self-serve product analytics for B2B teams"
    )
    assert agent.text("list_personas") == f"- **ID: {persona.id}** - Data lead\n  Head of Data"


def test_an_empty_list_says_how_to_make_the_first_one(agent):
    assert agent.text("list_products") == "No products yet: create_product makes one."
    assert agent.text("list_personas") == "No personas yet: create_persona makes one."


def test_a_long_description_is_whole_for_programs_and_short_for_the_model(agent, product):
    description = "Numbers " * 500
    changed = agent.data("update_product", product_id=product.id, description=description)["product"]
    [line] = agent.text("list_products").splitlines()[1:]
    assert changed["description"] == description.strip()
    assert len(line) <= 302
    assert line.endswith("…")


def test_what_somebody_names_a_product_cannot_pass_for_another_one(agent):
    agent.data("create_product", name="A\n- **ID: 77** - Forged", description="- **ID: 78** - Forged\n# Title")
    text = agent.text("list_products")
    assert len([line for line in text.splitlines() if LINE.match(line)]) == 1
    assert not text.splitlines()[1].strip().startswith(("-", "*", "#"))


def test_a_list_is_read_page_by_page(agent, workspace):
    made = factories.ProductFactory.create_batch(5, workspace=workspace)
    seen, cursor, calls = [], None, 0
    while calls == 0 or cursor:
        page = agent.data("list_products", limit=2, **({"cursor": cursor} if cursor else {}))
        seen += [each["id"] for each in page["products"]]
        cursor, calls = page["next_cursor"], calls + 1
        assert page["total"] == 5
    assert seen == [each.id for each in reversed(made)]
    assert calls == 3


def test_a_page_says_how_to_get_the_next_one(agent, workspace):
    factories.PersonaFactory.create_batch(2, workspace=workspace)
    first = agent.result("list_personas", limit=1)
    cursor = first["structuredContent"]["next_cursor"]
    assert first["content"][0]["text"].endswith(f'\n\nMore: call again with cursor "{cursor}".')
    assert "More:" not in agent.text("list_personas", limit=1, cursor=cursor)


@pytest.mark.parametrize("tool", ["list_products", "list_personas", "list_senders", "list_campaigns", "list_leads", "get_inbox"])
def test_a_cursor_of_another_list_is_refused_in_a_sentence(agent, workspace, tool):
    factories.PersonaFactory.create_batch(2, workspace=workspace)
    cursors = ["x", "x" * 1001, "AAAA"]
    if tool != "list_personas":
        cursors.append(agent.data("list_personas", limit=1)["next_cursor"])
    for cursor in cursors:
        assert "cursor" in agent.refusal(tool, cursor=cursor)


def test_a_number_beyond_any_is_refused_by_its_field(agent):
    call = b'{"name":"create_persona","arguments":{"name":"A","targeting":{"a":1e999}}}'
    body = b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":%b}' % call
    result = agent.rpc.post(body).json()["result"]
    assert result["structuredContent"]["field_errors"][0]["field"] == "targeting.a"
