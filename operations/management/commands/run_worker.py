"""`manage.py run_worker`: mails and periodic jobs, until SIGTERM."""

import signal
import threading
from types import FrameType

from django.core.management.base import BaseCommand

from operations.worker import WorkerLoop


class Command(BaseCommand):
    help = "Send due mails and run the periodic jobs. Start as many as you like, anywhere."
    requires_system_checks: list[str] = []

    def handle(self, **options: object) -> None:
        stop = threading.Event()

        def ask_to_stop(number: int, frame: FrameType | None) -> None:
            stop.set()

        signal.signal(signal.SIGTERM, ask_to_stop)
        signal.signal(signal.SIGINT, ask_to_stop)
        WorkerLoop(stop).run()
