import pytest
from django.http import HttpResponse
from redis.exceptions import ConnectionError as NoRedis

from rocketsdr.accounts import throttle
from rocketsdr.accounts.throttle import Limit, TooManyRequests, Uncounted, throttled


def view(request):
    return HttpResponse("done")


@pytest.fixture
def post(rf):
    def send(**data):
        address = data.pop("address", "198.51.100.7")
        return rf.post("/", data, REMOTE_ADDR=address)

    return send


def test_the_try_after_the_last_allowed_one_is_refused_and_says_when_to_come_back(post):
    limited = throttled(Limit("test", "2/15m"))(view)
    assert [limited(post()).status_code for _ in range(2)] == [200, 200]
    with pytest.raises(TooManyRequests) as refused:
        limited(post())
    assert refused.value.context["retry_after_s"] in range(1, 901)
    assert "Try again in" in refused.value.fix


def test_every_network_and_every_value_of_the_field_counts_for_itself(post):
    limited = throttled(Limit("test", "1/15m", field="login"))(view)
    limited(post(login="ada@example.com"))
    limited(post(login="bob@example.com"))
    limited(post(login="ada@example.com", address="203.0.113.9"))
    with pytest.raises(TooManyRequests):
        limited(post(login=" ADA@example.com "))


def test_an_ipv6_client_counts_as_its_whole_network(post):
    limited = throttled(Limit("test", "1/15m"))(view)
    limited(post(address="2001:db8:0:1::1"))
    with pytest.raises(TooManyRequests):
        limited(post(address="2001:db8:0:1:ffff::2"))


def test_reading_a_page_is_no_try(rf):
    limited = throttled(Limit("test", "1/15m"))(view)
    assert [limited(rf.get("/")).status_code for _ in range(3)] == [200, 200, 200]


@pytest.mark.parametrize("open_without_redis", [True, False])
def test_without_redis_only_a_view_that_says_so_stays_open(post, monkeypatch, open_without_redis):
    def no_answer(*_: object, **__: object) -> None:
        raise NoRedis

    monkeypatch.setattr(throttle, "get_usage", no_answer)
    limited = throttled(Limit("test", "1/15m"), open_without_redis=open_without_redis)(view)
    if open_without_redis:
        assert limited(post()).status_code == 200
    else:
        with pytest.raises(Uncounted) as refused:
            limited(post())
        assert (refused.value.http_status, refused.value.context) == (503, {"retry_after_s": 60})
