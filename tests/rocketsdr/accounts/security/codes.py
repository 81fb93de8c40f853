"""What an authenticator app would show."""

import time

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value


def code_of(secret, *, periods=0):
    """Return the code of this period, or of one before or after it."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + periods))
