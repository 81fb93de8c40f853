"""The documents that well known clients publish about themselves, as they were published when this release was made.

Each file is one document, as it was published. A job compares them with what is published now (rocketsdr.accounts.oauth.drift); a
difference is looked at by people, and comes with a release.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any


@cache
def documents() -> dict[str, dict[str, Any]]:
    """Return the documents by the id of their client."""
    read = (json.loads(path.read_text()) for path in sorted(Path(__file__).parent.glob("*.json")))
    return {document["client_id"]: document for document in read}
