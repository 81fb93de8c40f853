from campaigns.queries.names import names_of


def test_things_of_the_workspace_are_named_with_a_statement_for_each_kind(
    actor, stranger, product, persona, sender, django_assert_num_queries
):
    ids = {"product": [product.id, stranger.product.id], "persona": [persona.id], "sender": [sender.id], "lead": [1], "campaign": []}
    with django_assert_num_queries(3):
        found = names_of(actor=actor, ids=ids)
    assert found == {("product", product.id): "Analytics Suite", ("persona", persona.id): "Data lead", ("sender", sender.id): sender.email}
