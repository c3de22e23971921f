"""Runs the desk's processes together: restarts one that dies, stops all of them cleanly."""

import contextlib
import ctypes
import errno
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from types import FrameType

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# Seconds that the processes get to finish what they do.
GRACE = 30.0
# A process that ends by itself this soon after its start will do so again.
TOO_SOON = 5.0
# So many restarts within a minute are enough.
MOST_RESTARTS = 10
TICK = 0.1
# Seconds after which another signal means impatience.
HURRY_AFTER = 1.0
PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def port_problem(host: str, port: int) -> str:
    """Return one sentence why nothing can listen there, or an empty text."""
    try:
        with socket.create_server((host, port), reuse_port=False):
            return ""
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return (
                f"Port {port} is in use: stop what listens there, or choose another one,"
                f" for example PORT={port + 1}."
            )
        return f"Nothing can listen on {host} port {port}: {error.strerror or error}."


def is_listening(host: str, port: int) -> bool:
    """Return whether something accepts connections there."""
    try:
        socket.create_connection((host, port), timeout=1).close()
    except OSError:
        return False
    return True


def _end_with_parent() -> None:
    """Ask Linux to stop this process when the supervisor is killed without a chance to."""
    if _libc:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Child:
    """One process that is meant to run all the time."""

    def __init__(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self.name = name
        self.command = command
        self.environment = environment
        self.restarts: list[float] = []
        self.start()

    def start(self) -> None:
        """Start it in a session of its own: Ctrl-C reaches the supervisor, which asks in order."""
        self.started = time.monotonic()
        self.process = subprocess.Popen(  # noqa: S603  our own commands
            self.command,
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_end_with_parent,
        )

    def end_group(self) -> None:
        """End what it has left behind: a killed server's worker processes would keep the port."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)

    def reason(self) -> str:
        """Return how it ended, in words."""
        code = self.process.poll()
        if code is not None and code < 0:
            return f"killed by {signal.Signals(-code).name}"
        return f"exit code {code}"

    def is_hopeless(self) -> bool:
        """Return whether starting it again would be in vain."""
        now = time.monotonic()
        self.restarts = [at for at in self.restarts if now - at < 60]
        refused = (self.process.returncode or 0) > 0 and now - self.started < TOO_SOON
        return refused or len(self.restarts) >= MOST_RESTARTS


class Supervisor:
    """Holds the children; `say` gets one sentence for each thing that happens."""

    def __init__(self, say: Callable[[str], object], environment: Mapping[str, str]) -> None:
        self.say = say
        self.environment = environment
        self.children: list[Child] = []
        self.stopping = False
        self.hurried = False
        self.asked_at = 0.0

    def catch_signals(self) -> None:
        """Take Ctrl-C, SIGTERM and SIGHUP as the wish to stop; a second one stops at once."""
        for number in STOP_SIGNALS:
            signal.signal(number, self._on_signal)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        # One Ctrl-C may arrive twice: from the terminal and handed on by make.
        now = time.monotonic()
        self.hurried = self.stopping and now - self.asked_at > HURRY_AFTER
        self.asked_at = now if not self.stopping else self.asked_at
        self.stopping = True

    def start(self, name: str, command: Sequence[str]) -> None:
        """Start a process and look after it from now on."""
        self.children.append(Child(name, command, self.environment))

    def watch(self, each_tick: Callable[[], object]) -> int:
        """Look after the children until told to stop; return the exit code (0: as wished)."""
        code = 0
        while not self.stopping and not code:
            each_tick()
            code = self._look_after()
            time.sleep(TICK)
        self.stop()
        return code

    def _look_after(self) -> int:
        for child in self.children:
            if self.stopping or child.process.poll() is None:
                continue
            child.end_group()
            if child.is_hopeless():
                self.say(f"The {child.name} process ended ({child.reason()}); stopping the rest.")
                return 1
            self.say(f"The {child.name} process ended ({child.reason()}); starting it again.")
            child.restarts.append(time.monotonic())
            child.start()
        return 0

    def stop(self) -> None:
        """Ask all children to end, wait for them, and end those by force that take too long."""
        self.stopping = True
        for child in self.children:
            if child.process.poll() is None:
                child.process.terminate()
        deadline = time.monotonic() + GRACE
        for child in self.children:
            while child.process.poll() is None and time.monotonic() < deadline:
                if self.hurried:
                    deadline = 0
                time.sleep(TICK / 2)
            if child.process.poll() is None:
                self.say(f"The {child.name} process does not stop; ending it by force.")
                child.process.kill()
                child.process.wait()
            child.end_group()
