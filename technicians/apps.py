from django.apps import AppConfig


class TechniciansConfig(AppConfig):
    name = "technicians"

    def ready(self) -> None:
        from technicians.receivers import connect

        connect()
