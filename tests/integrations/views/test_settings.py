def test_the_integrations_page_says_where_the_server_is(client, owner, settings):
    client.force_login(owner)
    assert client.get("/settings/")["Location"] == "/settings/integrations/"
    text = client.get("/settings/integrations/").content.decode()
    assert f"{settings.PUBLIC_URL}/api/mcp" in text
    assert "/settings/integrations/api-keys/" in text


def test_it_is_for_signed_in_people(client, db):
    assert client.get("/settings/integrations/")["Location"] == "/sign-in/?next=/settings/integrations/"
