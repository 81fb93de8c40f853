"""The checklist of attacks: what each row is, in a line. `@pytest.mark.attack(13)` stands on the tests that hold a row.

The numbers leave gaps between the groups; test_attacks.py fails where a row has neither a test nor a reason.
"""

from __future__ import annotations

ATTACKS = {
    # Discovery and challenge
    1: "a call without a token",
    2: "a token that is garbage, or has expired",
    3: "a line break or a quote in what the challenge repeats",
    4: "metadata of another resource than the one that was asked for",
    5: "an issuer that is another text elsewhere",
    6: "a weaker challenge than S256 in the metadata",
    7: "a poisoned Host header",
    8: "a browser's question beforehand, from a foreign page",
    # The page of consent
    10: "no code challenge",
    11: "a downgrade of PKCE to plain",
    12: "a challenge that is too short, or of illegal letters",
    13: "redirect tricks",
    14: "loopback addresses at any port, and nothing else of them changed",
    15: "no redirect_uri where several are registered",
    16: "a consent that is skipped",
    17: "a consent that hides who asks, for what, and where it leads",
    18: "a page elsewhere that presses Allow",
    19: "clickjacking",
    20: "a consent in a cache, or in a referrer",
    21: "an answer without its issuer",
    22: "an unknown client",
    23: "a token in the redirect",
    24: "a parameter that is said twice",
    25: "no scope, and an unknown one",
    26: "a session that somebody else has planted",
    27: "two accounts in one browser",
    28: "a client that waits behind a popup",
    # The token endpoint
    30: "a code without its verifier, or with another's",
    31: "a code that comes twice",
    32: "a code of another client, address, minute or person",
    33: "a stolen refresh token",
    34: "two refreshes at once, and a retry after a lost answer",
    35: "a refresh by another client, for more, or for another resource",
    36: "people who are switched off, and clients that are",
    37: "grants that ask nobody",
    38: "a body of JSON, and a token in the address",
    39: "a token in a cache",
    40: "guesses of secrets that cost a slow digest each",
    41: "taking back a foreign token",
    42: "asking what somebody else's token is",
    # Audience and passing on
    50: "a token at another surface than its own",
    51: "a token for no resource, or for everything",
    52: "a token for somebody else's resource",
    53: "an exchange that widens the resource",
    54: "a token of another issuer, or the cookie of a browser",
    55: "a token in the address or in a form",
    56: "a token that is passed on",
    57: "a token of nobody, or of a registration",
    # Step-up
    60: "a token that only reads at a tool that writes",
    61: "step-up from end to end",
    62: "a wider scope that does not let in where a narrower one would",
    63: "the right scope for somebody else's thing",
    64: "offline_access in a challenge",
    # Transport, sessions, streams
    70: "DNS rebinding: a foreign page with a good token",
    71: "a foreign Host with a good token",
    72: "a session of somebody else",
    73: "a session in place of a token",
    74: "a session id that is guessed or chosen",
    75: "a session where the revision knows none",
    76: "somebody else's handle",
    77: "somebody else's stream, resumed",
    78: "a stream that outlives what its token rests on",
    79: "headers that say otherwise than the body",
    # Registration, published metadata, requests of the server
    80: "registration for grants that ask nobody",
    81: "registration of hostile redirects and bodies",
    82: "registration as real clients send it",
    83: "a flood of registrations",
    84: "a name that pretends to be another client's",
    85: "requests of the server to internal addresses",
    86: "a publisher that misbehaves",
    87: "a document that lies",
    88: "a document under the id of another client",
    89: "a published document that has changed",
    # API keys
    90: "a leaked database",
    91: "timing of known and unknown keys",
    92: "a key in the address or in a form",
    93: "telling wrong, revoked, expired and foreign keys apart",
    94: "a key beyond its scope, and where tokens are given",
    95: "a key that is taken for a token, or lies in a repository",
    96: "a key that is shown twice, or rotated without overlap",
    # Tenancy and enumeration
    100: "ids of another workspace",
    101: "lists of another workspace in a shared cache",
    102: "finding out who exists by signing in, or asking for a password",
    103: "a person who was moved out while their token lives",
    104: "consent for one workspace, use in another",
    105: "a limit that holds for others than the offender",
}

# What cannot run, beside the tests of the row.
CANNOT_RUN = {
    28: "that the popup's opener hears of it is the client's own page; the header that decides it is tested",
    54: "an access token of another issuer is any text that is not in our table, and no ID token is ever made: OpenID is off",
}
