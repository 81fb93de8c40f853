"""The links in the mails of invitations."""

import re


def token_of(mail):
    return re.findall(r"https?://[^/\s]+/join/([0-9a-z]+)/", mail.body)[0]


def links(mails):
    return [f"/join/{token_of(mail)}/" for mail in mails]
