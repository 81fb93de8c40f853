"""A program that forks workers for a test: it sets Django up on the test's database and obeys its standard input."""

import json
import os
import sys


def main(plan: str) -> None:
    given = json.loads(plan)
    os.environ |= given["environment"]
    import django
    from django.conf import settings

    settings.DATABASES["default"]["NAME"] = given["database"]
    django.setup()
    from tests.journeys import worker

    worker.fork_on_demand(
        now=given["now"], inflight_seconds=given["inflight_seconds"], mark_after_sending=given["mark_after_sending"], orders=sys.stdin
    )


main(sys.argv[1])
