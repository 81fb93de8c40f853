import io

import pytest
from django.core.management import CommandError, call_command

from campaigns.models import Person, Sender
from rocketsdr.accounts.actor import READ_SCOPES, Caps
from rocketsdr.accounts.models import ApiKey, Membership, User, Workspace
from rocketsdr.accounts.services import actor_of_api_key
from tests.fakes.mailbox import running_mailbox


@pytest.fixture
def run(db):
    def run(*words) -> str:
        out = io.StringIO()
        call_command(*map(str, words), stdout=out, stderr=io.StringIO())
        return out.getvalue()

    return run


@pytest.fixture
def server(tmp_path):
    with running_mailbox(tmp_path) as port:
        yield f"smtp://127.0.0.1:{port}"


def test_create_workspace_prints_the_id_alone(run):
    printed = run("create_workspace", "Acme", "--owner", "Ada@Example.com", "--postal-address", "1 Main Street")
    workspace = Workspace.objects.get(id=int(printed))
    assert printed == f"{workspace.id}\n"
    assert (workspace.name, workspace.postal_address) == ("Acme", "1 Main Street")
    assert Membership.objects.get(workspace=workspace).user.email == "ada@example.com"


def test_a_new_workspace_of_the_embedded_mode_can_send_at_once(run):
    workspace_id = int(run("create_workspace", "Acme", "--owner", "ada@example.com"))
    sender = Sender.objects.get(workspace_id=workspace_id)
    assert (sender.from_name, sender.any_hour, sender.daily_cap) == ("Acme", True, None)


def test_a_new_workspace_in_production_has_no_sender(run, settings):
    settings.EMBEDDED = False
    run("create_workspace", "Acme", "--owner", "ada@example.com")
    assert not Sender.objects.exists()


def test_a_person_may_own_two_workspaces(run):
    run("create_workspace", "Acme", "--owner", "ada@example.com")
    run("create_workspace", "Initech", "--owner", "ADA@example.com")
    assert User.objects.get().memberships.count() == 2


@pytest.mark.parametrize(("name", "owner", "says"), [(" ", "ada@example.com", "needs a name"), ("Acme", "ada", "no e-mail address")])
def test_a_wrong_workspace_is_refused_in_one_sentence_and_leaves_nothing(run, name, owner, says):
    with pytest.raises(CommandError, match=says):
        run("create_workspace", name, "--owner", owner)
    assert not Workspace.objects.exists()
    assert not User.objects.exists()


def test_issue_api_key_prints_the_key_alone_and_it_works(run, workspace, owner, now):
    printed = run("issue_api_key", workspace.id, "--name", "Claude")
    actor = actor_of_api_key(printed.strip(), now=now)
    assert actor is not None
    assert printed.count("\n") == 1
    assert (actor.workspace_id, actor.user_id) == (workspace.id, owner.pk)
    assert "campaigns:send" in actor.scopes
    assert "admin" not in actor.scopes


def test_issue_api_key_takes_scopes_and_days(run, workspace, owner):
    run("issue_api_key", workspace.id, "--name", "Report", "--scopes", "analytics:read, campaigns:read", "--days", "7")
    key = ApiKey.objects.get()
    assert key.scopes == ["analytics:read", "campaigns:read"]
    assert key.expires_at is not None
    assert 6 <= (key.expires_at - key.created_at).days <= 7


def test_issue_api_key_takes_what_an_owner_says_of_the_key(run, workspace, owner, now):
    words = ["--toolset", "full", "--policy", "approval", "--may-approve", "--read-only", "--expires", "2027-01-31"]
    printed = run("issue_api_key", workspace.id, "--name", "Claude", *words, "--calls", 9, "--campaigns", 2, "--leads", 30, "--sends", 4)
    key = ApiKey.objects.get()
    assert (key.toolset, key.approval_policy, key.may_approve, key.read_only) == ("full", "approval", True, True)
    assert key.caps == Caps(calls=9, campaigns=2, leads=30, sends=4)
    assert key.expires_at is not None
    assert key.expires_at.isoformat() == "2027-02-01T00:00:00+00:00"
    actor = actor_of_api_key(printed.strip(), now=now)
    assert actor is not None
    assert actor.scopes == READ_SCOPES


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["{id}", "--name", "x", "--sends", "0"], "The cap on sends is 0"),
        (["{id}", "--name", "x", "--expires", "tomorrow"], "--expires is 'tomorrow', which is no day. Give one such as 2027-01-31"),
        (["{id}", "--name", "x", "--expires", "9999-12-31"], "which is no day"),
        (["{id}", "--name", "x", "--expires", "2020-01-01"], "lies in the past"),
        (["{id}", "--name", "x", "--policy", "never"], "invalid choice: 'never'"),
        (["999999999", "--name", "x"], "No such workspace"),
        (["{id}", "--name", " "], "needs a name"),
        (["{id}", "--name", "x", "--scopes", "campaigns:read,fly"], "Unknown scope: fly"),
        (["{id}", "--name", "x", "--days", "0"], "lies in the past"),
    ],
)
def test_a_wrong_key_is_refused_in_one_sentence(run, workspace, owner, words, says):
    with pytest.raises(CommandError, match=says):
        run("issue_api_key", *[word.format(id=workspace.id) for word in words])
    assert not ApiKey.objects.exists()


def test_add_sender_signs_in_and_prints_the_id_alone(run, workspace, owner, server):
    printed = run("add_sender", workspace.id, "--from", "grace@acme.example", "--smtp", server, "--name", "Grace", "--daily-cap", 5)
    sender = Sender.objects.get()
    assert printed == f"{sender.id}\n"
    assert (sender.email, sender.from_name, sender.daily_cap) == ("grace@acme.example", "Grace", 5)


@pytest.mark.parametrize(
    ("url", "tls", "port"),
    [
        ("smtp+tls://grace%40acme:p%3Aw@mail.example", "starttls", 587),
        ("smtps://grace%40acme:p%3Aw@mail.example", "tls", 465),
        ("smtp+tls://grace%40acme:p%3Aw@mail.example:2525", "starttls", 2525),
    ],
)
def test_add_sender_reads_the_url(run, workspace, owner, url, tls, port):
    run("add_sender", workspace.id, "--from", "grace@acme.example", "--smtp", url, "--no-check")
    account = Sender.objects.get().account
    assert (account.host, account.port, account.tls) == ("mail.example", port, tls)
    assert (account.username, account.password) == ("grace@acme", "p:w")


def test_a_password_comes_from_the_environment_or_from_standard_input(run, workspace, owner, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("from stdin\nmore\n"))
    run("add_sender", workspace.id, "--from", "a@acme.example", "--smtp", "smtps://grace@mail.example", "--no-check")
    monkeypatch.setenv("SMTP_PASSWORD", "from the environment")
    run("add_sender", workspace.id, "--from", "b@acme.example", "--smtp", "smtps://grace@mail.example", "--no-check")
    passwords = [sender.account.password for sender in Sender.objects.order_by("email").select_related("account")]
    assert passwords == ["from stdin", "from the environment"]


@pytest.mark.parametrize(
    ("address", "url", "says"),
    [
        ("grace@acme.example", "http://mail.example", "--smtp starts with 'http'"),
        ("grace@acme.example", "smtp://mail.example:port", "--smtp is no URL"),
        ("grace@acme.example", "smtps://grace@mail.example", "no password for grace"),
        ("grace@acme.example", "smtp://", "no host name"),
        ("grace", "smtp://mail.example", "not an e-mail address"),
    ],
)
def test_a_wrong_sender_is_refused_in_one_sentence(run, workspace, owner, monkeypatch, address, url, says):
    monkeypatch.setattr("sys.stdin", io.StringIO())
    with pytest.raises(CommandError, match=says):
        run("add_sender", workspace.id, "--from", address, "--smtp", url, "--no-check")
    assert not Sender.objects.exists()


# --- Directories ---------------------------------------------------------------------------------------------------------------


def test_load_directory_prints_the_counts_and_the_words_it_does_not_know(run, tmp_path):
    path = tmp_path / "people.csv"
    path.write_text("email,title,industry\nada@engine.example,VP Sales,Alchemy\n,,Software\n", encoding="utf-8")
    printed = run("load_directory", path, "--name", "List", "--source", "A fair", "--lawful-basis", "consent").splitlines()
    assert printed[0] == "1 added, 0 updated, 0 unchanged, 1 refused"
    assert printed[1:] == [
        "unknown industry: 'Alchemy' (1)",
        "unknown row: 'names nobody: neither id, address, profile nor name and company' (1)",
    ]
    ada = Person.objects.select_related("directory").get()
    assert (ada.directory.name, ada.directory.workspace_id, ada.source, ada.lawful_basis) == ("List", None, "A fair", "consent")


def test_a_directory_may_be_one_workspaces_own(run, workspace, tmp_path):
    path = tmp_path / "people.csv"
    path.write_text("email\nada@engine.example\n", encoding="utf-8")
    run("load_directory", path, "--workspace", workspace.id)
    assert Person.objects.get().directory.workspace_id == workspace.id


def test_load_directory_says_in_a_sentence_what_is_wrong(run, tmp_path):
    with pytest.raises(CommandError, match=r"There is no file .* Give the path of a file of people\."):
        run("load_directory", tmp_path / "none.csv")


def test_make_directory_makes_people_up_once(run):
    assert run("make_directory", 20, "--seed", "a") == "20 added, 0 updated, 0 unchanged\n"
    assert run("make_directory", 20, "--seed", "a") == "0 added, 0 updated, 20 unchanged\n"
    with pytest.raises(CommandError, match="at least one person"):
        run("make_directory", 0)
