"""Processes run together: restarted when they die, stopped together, never orphaned."""

import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from operations.supervisor import is_listening, port_problem

PROGRAM = """
import os, sys
from operations.supervisor import Supervisor
supervisor = Supervisor(lambda text: print(text, flush=True), os.environ)
supervisor.catch_signals()
for name in sys.argv[1:]:
    supervisor.start(name, [sys.executable, "-c", CHILDREN[name], name])
code = supervisor.watch(lambda: None)
print("end", flush=True)
sys.exit(code)
"""
# One write a line: two children share the pipe.
HELLO = "import os, signal, sys, time; sys.stdout.write(f'{sys.argv[1]} {os.getpid()}\\n');"
CHILDREN = {
    "calm": f"{HELLO} sys.stdout.flush(); time.sleep(60)",
    "deaf": (
        "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        f" {HELLO} sys.stdout.flush(); time.sleep(60)"
    ),
    "refusing": "import sys; sys.stdout.write('No key.\\n'); sys.exit(3)",
}
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def supervise():
    running = []

    def start(*names):
        program = f"CHILDREN = {CHILDREN!r}\n{textwrap.dedent(PROGRAM)}"
        process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-c", program, *names], stdout=subprocess.PIPE, text=True, cwd=ROOT
        )
        running.append(process)
        return process

    yield start
    for process in running:
        process.kill()
        process.wait()
        process.stdout.close()


def _pid(process, name):
    words = process.stdout.readline().split()
    assert words[0] == name
    return int(words[1])


def _is_gone(pid):
    for _ in range(100):
        try:
            if Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z":
                return True
            os.kill(pid, 0)
        except OSError:
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_told_to_stop_it_stops_all(supervise, number):
    process = supervise("calm", "calm")
    pids = [_pid(process, "calm"), _pid(process, "calm")]
    process.send_signal(number)
    assert process.wait(10) == 0
    assert all(_is_gone(pid) for pid in pids)


def test_one_that_is_killed_is_started_again(supervise):
    process = supervise("calm")
    first = _pid(process, "calm")
    os.kill(first, signal.SIGKILL)
    assert process.stdout.readline() == (
        "The calm process ended (killed by SIGKILL); starting it again.\n"
    )
    assert _pid(process, "calm") != first


def test_one_that_refuses_to_start_ends_all_with_its_reason(supervise):
    process = supervise("calm", "refusing")
    assert process.wait(10) == 1
    said = process.stdout.read()
    assert "No key." in said
    assert "The refusing process ended (exit code 3); stopping the rest." in said


def test_a_second_signal_ends_a_deaf_one_by_force(supervise):
    process = supervise("deaf")
    pid = _pid(process, "deaf")
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGINT)  # the same Ctrl-C, handed on
    time.sleep(1.2)
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    assert process.wait(10) == 0
    assert _is_gone(pid)


@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux, which tells children; CI has it")
def test_children_end_with_a_supervisor_that_was_killed(supervise):
    process = supervise("calm")
    pid = _pid(process, "calm")
    process.kill()
    process.wait()
    assert _is_gone(pid)


def test_a_port_in_use_is_one_sentence():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert is_listening("127.0.0.1", port)
        assert port_problem("127.0.0.1", port).startswith(f"Port {port} is in use:")
    assert port_problem("127.0.0.1", port) == ""
    assert not is_listening("127.0.0.1", port)
    assert "can listen on 192.0.2.1" in port_problem("192.0.2.1", port)
