"""A mail server on the loopback that says what a test wants, and keeps what it hears."""

import socket
import threading
import time

BANNER, HELLO, MAIL, RCPT, DATA, DOT, ACCEPTED = (
    "banner",
    "EHLO",
    "MAIL",
    "RCPT",
    "DATA",
    "dot",
    "accepted",
)
ANSWERS = {
    BANNER: "220 test",
    HELLO: "250 test",
    MAIL: "250 sender",
    RCPT: "250 recipient",
    DATA: "354 go on",
    DOT: "250 taken",
}


class SMTPServer:
    """Use as a context manager; `on(step)` may return an answer instead of the usual one.

    `heard` holds the commands, `mails` the (recipient, raw bytes) of each accepted mail.
    `on` is also called with "accepted", after the 250 has gone out.
    """

    def __init__(self, on=lambda step: None):
        self.on = on
        self.heard = []
        self.mails = []
        self.connections = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.open = set()

    def __enter__(self):
        self.thread = threading.Thread(target=self.accept, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *error):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for client in list(self.open):
            client.close()
        self.thread.join(5)

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            self.open.add(client)
            threading.Thread(target=self.serve, args=[client], daemon=True).start()

    def serve(self, client):
        try:
            with client, client.makefile("rb") as lines:
                self.talk(client, lines)
        except (OSError, ValueError):
            pass
        finally:
            self.open.discard(client)

    def talk(self, client, lines):
        self.answer(client, BANNER)
        recipient = ""
        for line in lines:
            command = line.strip()
            verb = command[:4].upper().decode()
            self.heard.append(verb.encode() + command[4:])
            if verb == "QUIT":
                client.sendall(b"221 bye\r\n")
                return
            if verb == "RCPT":
                recipient = command.partition(b"<")[2].partition(b">")[0].decode()
            if verb not in ANSWERS:
                client.sendall(b"250 fine\r\n")
            elif self.answer(client, verb).startswith("354"):
                raw = self.read_data(lines)
                if raw is not None and self.answer(client, DOT).startswith("250"):
                    self.mails.append((recipient, raw))
                    self.on(ACCEPTED)

    def read_data(self, lines):
        raw = b""
        for line in lines:
            if line == b".\r\n":
                return raw
            raw += line[1:] if line.startswith(b".") else line
        return None

    def answer(self, client, step):
        text = self.on(step) or ANSWERS[step]
        client.sendall(text.encode() + b"\r\n")
        if text.startswith("421"):
            client.shutdown(socket.SHUT_RDWR)
        return text


def trickle(client, seconds):
    """Send one byte a tenth of a second that never makes a line."""
    end = time.monotonic() + seconds
    client.sendall(b"220-")
    while time.monotonic() < end:
        client.sendall(b"x")
        time.sleep(0.1)
