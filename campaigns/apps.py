from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    name = "campaigns"
    verbose_name = "Campaigns"

    def ready(self) -> None:
        from campaigns import receivers  # noqa: F401 - importing connects the receivers
        from campaigns.queries import launches
        from campaigns.services import launching, undoing
        from rocketsdr.accounts import approvals, undo

        act = approvals.Act(launching.approve_launch, launching.refuse_launch, show=launches.reviews)
        approvals.register(launching.KIND, act)
        for action, inverse in undoing.INVERSES.items():
            undo.register(action, inverse)
        undo.never(undoing.REASONS)
