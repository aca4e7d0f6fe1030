# SPDX-License-Identifier: Apache-2.0
"""Mail servers on the loopback: aiosmtpd, whose answers a test decides, and Debian's Exim with a configuration of its
own. Both have a certificate of an authority that is made for the tests."""

import datetime
import email
import email.policy
import ipaddress
import os
import pwd
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

USER, PASSWORD = "me@cafe.example", "p:@/?#%&=é"
LOGIN = "me%40cafe.example:p%3A%40%2F%3F%23%25&=%C3%A9"


class Authority:
    """A certificate authority, and certificates for hosts."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Authority of the tests")])
        certificate = self._certificate(self.name, self.key.public_key(), [
            (x509.BasicConstraints(ca=True, path_length=None), True)])
        self.path = folder / "authority.pem"
        self.path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))

    def certify(self, name: str, host: str) -> tuple[Path, Path]:
        """The files with the certificate and the key of a host."""
        key = ec.generate_private_key(ec.SECP256R1())
        try:
            names = [x509.IPAddress(ipaddress.ip_address(host))]
        except ValueError:
            names = [x509.DNSName(host)]
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        certificate = self._certificate(subject, key.public_key(), [(x509.SubjectAlternativeName(names), False)])
        paths = self.folder / f"{name}.crt", self.folder / f"{name}.key"
        paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        paths[1].write_bytes(key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
        return paths

    def _certificate(self, subject, public_key, extensions):
        now = datetime.datetime.now(datetime.timezone.utc)
        builder = (
            x509.CertificateBuilder().subject_name(subject).issuer_name(self.name).public_key(public_key)
            .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=1)))
        for extension, is_critical in extensions:
            builder = builder.add_extension(extension, is_critical)
        return builder.sign(self.key, hashes.SHA256())


class Script:
    """What aiosmtpd does; a test sets the attributes. An answer of None is the usual one."""

    def __init__(self):
        self.recipients: dict[str, str] = {}
        self.sender = None
        self.message = None
        self.hangs_up_after_message = False
        self.envelopes = []
        self.users = []
        self.protected = []

    async def handle_MAIL(self, server, session, envelope, address, options):
        if self.sender:
            return self.sender
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if answer := self.recipients.get(address):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.message:
            return self.message
        self.envelopes.append(envelope)
        self.protected.append(session.ssl is not None)
        if self.hangs_up_after_message:
            server.transport.abort()
        return "250 2.0.0 taken"

    def authenticate(self, server, session, envelope, mechanism, data):
        login = data.login.decode(), data.password.decode()
        self.users.append((mechanism, *login))
        return AuthResult(success=login == (USER, PASSWORD), handled=False)

    def messages(self) -> list:
        return [email.message_from_bytes(each.content, policy=email.policy.default) for each in self.envelopes]


class FaultServer:
    """aiosmtpd with STARTTLS or implicit TLS and with passwords."""

    def __init__(self, authority: Authority, host="127.0.0.1", certified_as=None, implicit=False, offers_tls=True,
                 mechanisms=("PLAIN", "LOGIN"), smtputf8=True):
        self.script = Script()
        self.implicit = implicit
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*authority.certify(f"server{id(self)}", certified_as or host))
        hidden = [name for name in ("PLAIN", "LOGIN") if name not in mechanisms]
        settings = dict(
            authenticator=self.script.authenticate, auth_required=True, auth_exclude_mechanism=hidden,
            enable_SMTPUTF8=smtputf8, auth_require_tls=not implicit and offers_tls)
        if offers_tls and not implicit:
            settings |= dict(tls_context=context, require_starttls=True)
        controller = Controller(
            self.script, hostname=host, port=free_port(host), ssl_context=context if implicit else None,
            server_kwargs=settings)
        # A server with implicit TLS counts as protected; aiosmtpd knows only its own STARTTLS.
        self.controller = controller
        self.host, self.port = host, controller.port

    def __enter__(self):
        self.controller.start()
        return self

    def __exit__(self, *_):
        self.controller.stop()

    def address(self, login=LOGIN, query="?tls=required") -> str:
        scheme = "smtps" if self.implicit else "smtp"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{scheme}://{login}@{host}:{self.port}{'' if self.implicit else query}"


EXIM = "/usr/sbin/exim4"
EXIM_CONFIGURATION = """
primary_hostname = localhost
qualify_domain = mail.example
spool_directory = {folder}/spool
log_file_path = {folder}/log/%slog
pid_file_path = {folder}/pid
local_interfaces = 127.0.0.1
tls_advertise_hosts = *
tls_certificate = {certificate}
tls_privatekey = {key}
deliver_drop_privilege
keep_environment =
add_environment =
smtputf8_advertise_hosts = *
auth_advertise_hosts = ${{if def:tls_in_cipher {{*}}}}
acl_smtp_rcpt = acl_recipient
acl_smtp_dkim = accept

begin acl
acl_recipient:
  deny !authenticated = *
       message = 5.7.0 Authentication required
  deny local_parts = gone
       message = 5.1.1 no such person here
  defer local_parts = grey
       message = 4.2.0 greylisted, come back later
  accept

begin routers
all:
  driver = accept
  transport = store

begin transports
store:
  driver = appendfile
  directory = {folder}/mail
  maildir_format
  return_path_add
  {user}

begin retry
* * F,1h,1m

begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${{if and {{{{eq{{$auth2}}{{cafe}}}}{{eq{{$auth3}}{{secret}}}}}}}}
  server_set_id = $auth2
"""


class Exim:
    """Debian's Exim on a free port, which stores what it accepts."""

    def __init__(self, authority: Authority):
        self.folder = Path(tempfile.mkdtemp(prefix="troquet-exim-"))
        # Without root it runs as whoever starts it; as root it gives up its rights to Debian's user for it.
        owner = "Debian-exim" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        certificate, key = authority.certify("exim", "localhost")
        for name in ("spool", "log", "mail"):
            (self.folder / name).mkdir()
        for path in (certificate, key):
            shutil.copy(path, self.folder)
        self.port = free_port("127.0.0.1")
        configuration = self.folder / "exim.conf"
        configuration.write_text(EXIM_CONFIGURATION.format(
            folder=self.folder, certificate=self.folder / certificate.name, key=self.folder / key.name,
            user=f"user = {owner}"))
        if os.geteuid() == 0:
            for path in [self.folder, *self.folder.iterdir()]:
                if path != configuration:
                    shutil.chown(path, owner)
        self.process = subprocess.Popen(
            [EXIM, "-C", configuration, "-bdf", "-q5s", "-oX", f"127.0.0.1.{self.port}", "-oP", self.folder / "pid"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=open(self.folder / "stderr", "wb"))

    def __enter__(self):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            assert self.process.poll() is None, (self.folder / "stderr").read_text()
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return self
            except OSError:
                time.sleep(0.05)
        raise AssertionError("Exim did not start")

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(20)
        shutil.rmtree(self.folder, ignore_errors=True)

    def log(self) -> str:
        return "".join(path.read_text(errors="replace") for path in (self.folder / "log").glob("*"))

    def messages(self) -> list[bytes]:
        return [path.read_bytes() for path in sorted((self.folder / "mail" / "new").glob("*"))]


def free_port(host: str) -> int:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as listener:
        listener.bind((host, 0))
        return listener.getsockname()[1]
