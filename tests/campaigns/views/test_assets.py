import pytest

from campaigns.models import Persona, Product
from rocketsdr.accounts.models import AuditEvent
from tests import factories

PRODUCT = {
    "name": "Suite",
    "description": "It counts.",
    "value_props": "Fast\nCheap",
    "proof_points": "412 teams",
    "url": "https://suite.example",
}
PERSONA = {"name": "Data lead", "title": "Head of Data", "description": "", "pains": "Tickets\nNo trust"}


def test_a_product_is_added_by_a_person(page, workspace):
    text = page.post("/products/new/", PRODUCT, follow=True).content.decode()
    assert "“Suite” is there." in text
    product = Product.objects.get()
    assert (product.workspace, product.value_props, product.proof_points) == (workspace, ["Fast", "Cheap"], ["412 teams"])
    assert AuditEvent.objects.get().via == "web"


def test_a_persona_is_added_and_changed_without_losing_what_the_form_does_not_show(page):
    page.post("/personas/new/", PERSONA)
    persona = Persona.objects.get()
    assert (persona.title, persona.pains) == ("Head of Data", ["Tickets", "No trust"])
    Persona.objects.update(targeting={"titles": ["CTO"]})
    page.post(f"/personas/{persona.id}/", {**PERSONA, "pains": "Tickets"})
    persona.refresh_from_db()
    assert (persona.pains, persona.targeting) == (["Tickets"], {"titles": ["CTO"]})


def test_the_form_holds_what_stands_there_and_a_change_is_stored(page, product):
    address = f"/products/{product.id}/"
    text = page.get(address).content.decode()
    assert f'value="{product.name}"' in text
    assert "\nAnswers without SQL\nSet up in an afternoon</textarea>" in text
    assert "Drafts say the new words" in page.post(address, PRODUCT, follow=True).content.decode()
    product.refresh_from_db()
    assert (product.name, product.url) == ("Suite", "https://suite.example")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": ""}, "This field is required."),
        ({"url": "ftp://suite.example"}, "Give a web address such as https://example.com."),
        ({"value_props": "\n".join("x" * 21)}, "value_props has 21 items; 20 are allowed."),
        ({"proof_points": "p" * 501}, "proof_points"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost(page, wrong, said):
    text = page.post("/products/new/", {**PRODUCT, **wrong}).content.decode()
    assert said in text
    assert "It counts." in text
    assert 'aria-invalid="true"' in text
    assert not Product.objects.exists()


@pytest.mark.parametrize(("address", "said"), [("/products/", "Add the first product"), ("/personas/", "Add the first persona")])
def test_an_empty_list_says_what_to_do_next(page, looking, address, said):
    assert said in page.get(address).content.decode()
    assert said not in looking.get(address).content.decode()


def test_a_list_shows_what_each_one_says(page, workspace):
    factories.ProductFactory.create(workspace=workspace, name="Suite")
    text = page.get("/products/").content.decode()
    assert "Answers without SQL" in text
    assert "412 teams use it every day" in text
