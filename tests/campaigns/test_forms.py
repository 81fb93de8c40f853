import pytest

from campaigns.forms import CampaignFilter, LeadFilter, ProductForm, SenderForm

SENDER = {"email": "grace@acme.example", "host": "smtp.acme.example", "tls": "starttls"}


def test_a_list_is_written_one_on_each_line_and_comes_back_so(product):
    form = ProductForm({"name": "Suite", "value_props": " Fast \n\n  Cheap\r\nGood"})
    assert form.is_valid()
    assert form.cleaned_data["value_props"] == ["Fast", "Cheap", "Good"]
    assert form.cleaned_data["proof_points"] == []
    product.value_props = ["Fast", "Cheap"]
    assert ">\nFast\nCheap</textarea>" in str(ProductForm.of(product)["value_props"])


@pytest.mark.parametrize(("tls", "port"), [("starttls", 587), ("tls", 465), ("none", 25)])
def test_an_empty_port_is_the_usual_one(tls, port):
    form = SenderForm({**SENDER, "tls": tls})
    assert form.is_valid()
    assert form.endpoint.port == port


def test_a_password_keeps_its_spaces_and_is_never_written_back():
    form = SenderForm({**SENDER, "port": 2525, "username": "grace", "password": " open sesame "})
    assert form.is_valid()
    assert (form.endpoint.port, form.endpoint.password) == (2525, " open sesame ")
    assert "sesame" not in form.as_p()


def test_a_filter_that_cannot_be_read_narrows_nothing_and_says_so():
    assert CampaignFilter({"status": "running", "query": " fair "}).chosen == {"status": "running", "query": "fair"}
    assert CampaignFilter({}).chosen == {}
    odd = CampaignFilter({"status": "flying"})
    assert odd.chosen == {}
    assert odd.errors["status"]


def test_a_filter_knows_the_campaigns_it_is_given():
    form = LeadFilter({"campaign_id": "7"}, campaigns=[("7", "Fair")])
    assert form.chosen == {"campaign_id": 7}
    assert LeadFilter({"campaign_id": "8"}, campaigns=[("7", "Fair")]).chosen == {}
