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
                "data_account.connected": "A source of lead data is disconnected by a person, under Settings → Integrations.",
                "data_account.budget_set": "A budget is set anew by a person, under Settings → Integrations.",
                "data_account.disconnected": "Its key is forgotten: a person connects it again, under Settings → Integrations.",
                "lead_data.searched": "What a vendor has charged, it does not give back.",
                "lead_data.revealed": "What a vendor has charged, it does not give back.",
                "lead_data.unanswered": "What a vendor may have charged, it does not give back.",
            }
        )
