from django.apps import AppConfig
from django.conf import settings
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    name = "rocketsdr.accounts"
    label = "accounts"
    verbose_name = "Accounts"

    def ready(self) -> None:
        from rocketsdr.accounts import approvals, pausing
        from rocketsdr.accounts.oauth import fixed_client
        from rocketsdr.accounts.security import receivers  # noqa: F401 - importing connects them
        from rocketsdr.lib import clock

        approvals.register(pausing.KIND, pausing.ACT)
        post_migrate.connect(fixed_client.ensure_after_migrate, sender=self)

        if settings.EMBEDDED:
            from rocketsdr.accounts.models import Clock

            clock.use_offset_source(Clock.objects.offset)
