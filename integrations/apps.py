from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    name = "integrations"
    verbose_name = "Integrations"

    def ready(self) -> None:
        from rocketsdr.accounts import undo

        undo.never(
            {
                "upload.offered": "The form expires by itself, and takes one file.",
                "upload.received": "The file is deleted by itself after a day.",
                "export.downloaded": "A file that was downloaded cannot be called back.",
                "mail_account.added": "A mailbox is removed by a person, under Settings → Integrations.",
                "mail_account.changed": "A mailbox is set up anew by a person, under Settings → Integrations.",
            }
        )
