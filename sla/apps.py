from django.apps import AppConfig


class SlaConfig(AppConfig):
    name = "sla"
    verbose_name = "Targets"

    def ready(self) -> None:
        from sla.receivers import connect

        connect()
