"""A real IMAP server of our own on loopback, in a folder that is thrown away."""

import getpass
import grp
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from scripts.run_tests import imap_server

PROGRAM = imap_server()
PASSWORD = "four-unrelated-green-words"
CONFIGURATION = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain {mechanisms}
auth_failure_delay = 0
default_internal_user = {inner}
default_login_user = {login}
default_internal_group = {group}
first_valid_uid = 0
mail_location = maildir:{folder}/mail/%u
mail_uid = {uid}
mail_gid = {gid}
{tokens}
passdb {{
  driver = static
  args = password={{PLAIN}}{password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


TOKENS = """
passdb {{
  driver = oauth2
  mechanisms = {mechanisms}
  args = {folder}/tokens.conf
}}
"""
ASKED = """
introspection_mode = post
introspection_url = {url}
username_attribute = username
active_attribute = active
active_value = true
"""


class Dovecot:
    """Start it with `start()`; `port` answers then. `stop()` ends it.

    With `tokens`, an address that says whether an access token is good, it takes tokens as well,
    by `mechanisms`.

    As root it gives itself the users of Debian's package; as anybody else it stays who it is.
    """

    def __init__(self, tokens: str = "", mechanisms: str = "") -> None:
        self.tokens, self.mechanisms = tokens, mechanisms
        # Not below pytest's folders, which nobody else may enter.
        self.folder = Path(tempfile.mkdtemp(prefix="dovecot-"))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]

    def start(self) -> None:
        is_root = os.getuid() == 0
        names = ("dovecot", "dovenull") if is_root else (getpass.getuser(),) * 2
        account = pwd.getpwnam(names[0])
        mail = self.folder / "mail"
        mail.mkdir()
        if is_root:
            self.folder.chmod(0o755)
            os.chown(mail, account.pw_uid, account.pw_gid)
        if self.tokens:
            (self.folder / "tokens.conf").write_text(ASKED.format(url=self.tokens))
        config = self.folder / "dovecot.conf"
        config.write_text(
            CONFIGURATION.format(
                folder=self.folder,
                inner=names[0],
                login=names[1],
                group=grp.getgrgid(account.pw_gid).gr_name,
                uid=account.pw_uid,
                gid=account.pw_gid,
                port=self.port,
                mechanisms=self.mechanisms,
                tokens=TOKENS.format(folder=self.folder, mechanisms=self.mechanisms)
                if self.tokens
                else "",
                password=PASSWORD,
            )
        )
        self.process = subprocess.Popen([PROGRAM, "-F", "-c", str(config)])  # noqa: S603
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        log = (self.folder / "log").read_text()
        self.stop()
        raise RuntimeError(log)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)
        shutil.rmtree(self.folder, ignore_errors=True)
