from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    name = "campaigns"
    verbose_name = "Campaigns"

    def ready(self) -> None:
        from campaigns import receivers  # noqa: F401 - importing connects the receivers
        from campaigns.services import launching
        from rocketsdr.accounts import approvals

        approvals.register(launching.KIND, launching.approve_launch, launching.refuse_launch)
