"""The library's page of refresh tokens, with what nobody sets by hand for reading alone."""

from oauth2_provider.admin import RefreshTokenAdmin as LibraryAdmin


class RefreshTokenAdmin(LibraryAdmin):  # type: ignore[misc]  # the library ships no types
    """A token ends by the action, which ends its access token too; a time typed into the page would not."""

    readonly_fields = ("revoked",)
