"""How things fail: the kinds. A case is a class beside the verb that raises it; the outermost door translates once."""

from __future__ import annotations

from typing import ClassVar


class DomainError(Exception):
    """Something a smarter caller could have avoided, or should know.

    `message` is a whole sentence that is safe to show; `fix` says what to do about it; `context` holds machine-readable
    facts (the ids and values of the caller's own request, never another workspace's).
    """

    code: ClassVar[str] = "error"
    http_status: ClassVar[int] = 400

    def __init__(self, message: str, *, fix: str = "", **context: object) -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix
        self.context = context


class Invalid(DomainError):
    """An argument is missing, of the wrong form, or contradicts another one; `field` names it."""

    code, http_status = "invalid", 422

    def __init__(self, message: str, *, field: str = "", fix: str = "", **context: object) -> None:
        super().__init__(message, fix=fix, **context)
        self.field = field


class NotFound(DomainError):
    """There is no such thing in the caller's workspace; somebody else's looks the same."""

    code, http_status = "not_found", 404


class Conflict(DomainError):
    """The thing is there, but its state does not allow this now."""

    code, http_status = "conflict", 409


class Forbidden(DomainError):
    """The caller may not do this."""

    code, http_status = "forbidden", 403


class LimitReached(DomainError):
    """A quota or a cap is used up; `context` says how much is allowed, how much is used and when it resets."""

    code, http_status = "limit_reached", 429


class Unavailable(DomainError):
    """A part of this server does not answer; nothing was done, and the same works once it is back."""

    code, http_status = "temporarily_unavailable", 503


class ProviderFailed(DomainError):
    """A third party refused or did not answer; `transient` decides whether a retry helps."""

    code, http_status = "provider_failed", 502

    def __init__(self, message: str, *, transient: bool = False, fix: str = "", **context: object) -> None:
        super().__init__(message, fix=fix, **context)
        self.transient = transient
