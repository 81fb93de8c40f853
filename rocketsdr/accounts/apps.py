from django.apps import AppConfig
from django.conf import settings


class AccountsConfig(AppConfig):
    name = "rocketsdr.accounts"
    label = "accounts"
    verbose_name = "Accounts"

    def ready(self) -> None:
        from rocketsdr.accounts import approvals, pausing
        from rocketsdr.lib import clock

        approvals.register(pausing.KIND, pausing.ACT)

        if settings.EMBEDDED:
            from rocketsdr.accounts.models import Clock

            clock.use_offset_source(Clock.objects.offset)
