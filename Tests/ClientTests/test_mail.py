# SPDX-License-Identifier: Apache-2.0
"""E-mails that leave the node: over STARTTLS and implicit TLS, with passwords and signatures, to aiosmtpd and to Debian's
Exim; and what the node says and does when a mail server refuses."""

import email
import email.policy
import email.utils
import json
import os
import re
import subprocess
import time

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

from mail_servers import EXIM, LOGIN, PASSWORD, USER, Authority, Exim, FaultServer
from node import BINARY, Node
from pages import Browser
from waiting import eventually

SENDER = "troquet@cafe.example"
TO = "ada@mail.example"


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    """The files of two DKIM keys: RSA and Ed25519."""
    folder = tmp_path_factory.mktemp("keys")
    made = {"r1": rsa.generate_private_key(65537, 2048), "e1": ed25519.Ed25519PrivateKey.generate()}
    for name, key in made.items():
        (folder / name).write_bytes(key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return ",".join(str(folder / name) for name in made), ",".join(made)


@pytest.fixture(scope="module")
def home():
    """A running node; commands are run on it with other settings of mail."""
    node = MailNode()
    try:
        node.start()
        yield node
        assert node.stop() == 0, node.log()
    finally:
        node.remove()


class MailNode(Node):
    def __init__(self, **settings):
        super().__init__(
            "sqlite", host="127.0.0.1", demo=False, language="en", welcome_group="", mail_from=SENDER, name="Café du Port",
            **settings)

    def troquet(self, *arguments, stdin=b"", **settings) -> subprocess.CompletedProcess:
        """Runs a command with other settings, and returns its status and everything that it prints."""
        environment = self.environment | {f"TROQUET_{name.upper()}": str(value) for name, value in settings.items()}
        return subprocess.run(
            [BINARY, *arguments], cwd=self.folder, env=environment, input=stdin, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, timeout=100)

    def doctor(self, server, authority, to=TO, **settings) -> tuple[int, str]:
        settings = {"smtp": server.address(), "tls_ca_file": authority.path} | settings
        done = self.troquet("doctor", "mail", "--no-dns", "--to", to, **settings)
        text = done.stdout.decode()
        assert "hunter" not in text and PASSWORD not in text and LOGIN not in text
        return done.returncode, text

    def mails(self, state) -> list[dict]:
        lines = self.run("mail", "list", "--state", state, "--json").splitlines()
        return [json.loads(line) for line in lines if line]

    def ask_for_link(self, address) -> None:
        browser = Browser(self.origin)
        page = browser.open("/sign-in")
        form = next(form for form in page.forms() if "email" in form.types)
        answer = browser.send(form, email=address)
        assert answer.status == 200, answer.text


def records(node, keys) -> dict[bytes, bytes]:
    """The DNS records of the keys, as the node prints them."""
    done = node.troquet("mail", "keys", dkim_key_file=keys[0], dkim_selector=keys[1])
    found = dict(re.findall(r'^(\S+)\. TXT "([^"]+)"$', done.stdout.decode(), re.MULTILINE))
    assert len(found) == 2, done.stdout
    return {name.encode(): text.encode() for name, text in found.items()}


def is_valid(message: bytes, index: int, dns: dict[bytes, bytes]) -> bool:
    """Whether another implementation finds the signature with this number to be right."""
    try:
        return dkim.DKIM(message).verify(idx=index, dnsfunc=lambda name, timeout=5: dns.get(name.rstrip(b".")))
    except dkim.ValidationError:
        return False


def verify(message: bytes, dns: dict[bytes, bytes]) -> None:
    """Checks that all signatures are right, and that none is after a change."""
    changes = [
        (b"once", b"twic"), (b"\r\nTo: ", b"\r\nTo: eve@mail.example, "),
        (b"\r\nSubject:", b"\r\nSubject: Free money\r\nSubject:")]
    for index in range(len(dns)):
        assert is_valid(message, index, dns), index
        for old, new in changes:
            forged = message.replace(old, new, 1)
            assert forged != message and not is_valid(forged, index, dns), (index, old)


def test_a_link_to_sign_in_arrives_signed_and_encrypted(authority, keys):
    with FaultServer(authority) as server:
        node = MailNode(
            smtp=server.address(), tls_ca_file=str(authority.path), dkim_key_file=keys[0], dkim_selector=keys[1],
            mail_return_path="bounces@cafe.example")
        try:
            node.start()
            node.run("account", "create", "ada", "--email", TO, "--password", "une-terrasse-au-soleil")
            node.ask_for_link(TO)
            eventually(lambda: server.script.envelopes)
            eventually(lambda: node.mails("sent"))
            dns = records(node, keys)
            assert node.stop() == 0, node.log()
        finally:
            node.remove()
    [envelope] = server.script.envelopes
    assert server.script.protected == [True]
    assert server.script.users[0] == ("PLAIN", USER, PASSWORD)
    assert envelope.rcpt_tos == [TO]
    assert re.fullmatch(r"bounces\+[a-z2-7]{20}@cafe\.example", envelope.mail_from)
    assert envelope.content.isascii()
    assert max(len(line) for line in envelope.content.split(b"\r\n")) <= 78
    assert b"\n" not in envelope.content.replace(b"\r\n", b"")

    [message] = server.script.messages()
    assert not message.defects and not any(part.defects for part in message.walk())
    sender = message["From"].addresses[0]
    assert (sender.display_name, sender.addr_spec) == ("Café du Port", SENDER)
    assert message["To"].addresses[0].addr_spec == TO
    assert abs(email.utils.parsedate_to_datetime(message["Date"]).timestamp() - time.time()) < 600
    assert message["Auto-Submitted"] == "auto-generated"
    assert re.fullmatch(r"<\d+\.[a-z2-7]{8}@127\.0\.0\.1>", message["Message-ID"])
    # Nobody can switch off a link that they have asked for.
    assert "List-Unsubscribe" not in message
    assert message.get_content_type() == "multipart/alternative"
    text = message.get_body(("plain",)).get_content()
    html = message.get_body(("html",)).get_content()
    [link] = re.findall(r"https?://\S+/sign-in/link\?token=\S+", text)
    assert f'<a href="{link}">{link}</a>' in html and 'lang="en"' in html
    assert not re.search(r"<img|<script|<link|@import|url\(", html)
    verify(envelope.content, dns)


@pytest.mark.skipif(not os.path.exists(EXIM), reason="another mail server is installed, and Exim would replace it")
def test_debians_exim_takes_refuses_and_postpones(home, authority, keys):
    with Exim(authority) as exim:
        settings = dict(
            smtp=f"smtp://cafe:secret@localhost:{exim.port}?tls=required", tls_ca_file=authority.path,
            dkim_key_file=keys[0], dkim_selector=keys[1], mail_return_path="bounces@cafe.example")

        def doctor(to):
            done = home.troquet("doctor", "mail", "--no-dns", "--to", to, **settings)
            return done.returncode, done.stdout.decode()

        status, text = doctor(TO)
        assert status == 0 and "ok    mail: accepted as <" in text, text
        assert "S: 220 localhost ESMTP Exim" in text and "C: AUTH …" in text and "secret" not in text
        status, text = doctor("gone@mail.example")
        assert status == 1 and "at the recipient's address: 550 5.1.1 no such person here" in text, text
        status, text = doctor("grey@mail.example")
        assert status == 1 and "at the recipient's address: 451 4.2.0 greylisted, come back later" in text, text
        [stored] = eventually(exim.messages)
        assert "P=esmtpsa" in exim.log() and "A=plain:cafe" in exim.log()
    assert stored.startswith(b"Return-path: <bounces@cafe.example>")
    message = email.message_from_bytes(stored, policy=email.policy.default)
    assert message["Subject"] == "Café du Port: e-mail works"
    # Exim stores lines without CR, and puts its own fields first.
    sent = stored[stored.index(b"DKIM-Signature:"):].replace(b"\n", b"\r\n")
    dns = records(home, keys)
    assert is_valid(sent, 0, dns) and is_valid(sent, 1, dns)


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_both_kinds_of_tls_and_of_passwords(home, authority, mechanism, host):
    with FaultServer(authority, host=host, mechanisms=[mechanism]) as server:
        status, text = home.doctor(server, authority)
        assert status == 0, text
        assert server.script.users == [(mechanism, USER, PASSWORD)]
    with FaultServer(authority, host=host, implicit=True, mechanisms=[mechanism]) as server:
        status, text = home.doctor(server, authority)
        assert status == 0, text
        assert server.script.protected == [True] or server.script.envelopes


def test_a_secret_can_stand_in_a_file(home, authority, tmp_path):
    with FaultServer(authority) as server:
        secret = tmp_path / "smtp"
        secret.write_text(server.address() + "\n")
        environment = home.environment
        home.environment = {name: value for name, value in environment.items() if name != "TROQUET_SMTP"}
        try:
            done = home.troquet(
                "doctor", "mail", "--no-dns", "--to", TO, smtp_file=secret, tls_ca_file=authority.path)
            assert done.returncode == 0, done.stdout
            shown = home.troquet("config", "show", smtp_file=secret).stdout.decode()
        finally:
            home.environment = environment
        assert f"smtp: smtp://me%40cafe.example:…@127.0.0.1:{server.port}?tls=required" in shown


def test_nothing_is_given_to_a_server_that_cannot_be_trusted(home, authority):
    with FaultServer(authority) as server:
        status, text = home.doctor(server, authority, tls_ca_file="")
        assert status == 1 and "the settings are refused: the mail server's certificate is not valid" in text, text
        assert not server.script.users and not server.script.envelopes
    for implicit in (False, True):
        with FaultServer(authority, certified_as="other.example", implicit=implicit) as server:
            status, text = home.doctor(server, authority)
            assert status == 1 and "certificate is not valid" in text, text
            assert not server.script.users
    with FaultServer(authority, offers_tls=False) as server:
        status, text = home.doctor(server, authority)
        assert status == 1 and "no encryption that is safe" in text, text
        assert not server.script.users


def test_a_wrong_password_is_the_operators_to_correct(home, authority):
    with FaultServer(authority) as server:
        status, text = home.doctor(server, authority, smtp=server.address(login="me:hunter2"))
        assert status == 1 and "the settings are refused: at the password: 535 5.7.8" in text, text
        assert not server.script.envelopes


@pytest.mark.parametrize("script, expected", [
    ({"sender": "553 5.7.1 not yours"}, "the settings are refused: at the sender's address: 553 5.7.1 not yours"),
    ({"sender": "421 4.7.0 slowly"}, "nothing is taken now: at the sender's address: 421 4.7.0 slowly"),
    ({"recipients": {TO: "550 5.1.1 unknown"}}, "refused: at the recipient's address: 550 5.1.1 unknown"),
    ({"recipients": {TO: "450 4.2.0 greylisted"}}, "not taken now: at the recipient's address: 450 4.2.0 greylisted"),
    ({"message": "452 4.3.1 disk full"}, "not taken now: after the message: 452 4.3.1 disk full"),
    ({"message": "554 5.7.1 spam"}, "refused: after the message: 554 5.7.1 spam"),
    ({"hangs_up_after_message": True}, "unknown whether the server has it"),
])
def test_the_doctor_says_what_the_server_said(home, authority, script, expected):
    with FaultServer(authority) as server:
        for name, value in script.items():
            setattr(server.script, name, value)
        status, text = home.doctor(server, authority)
        assert status == 1 and expected in text, text


def test_a_refused_address_gets_no_more_and_a_steward_can_change_that(authority):
    with FaultServer(authority) as server:
        server.script.recipients = {TO: "550 5.1.1 no such person"}
        node = MailNode(smtp=server.address(), tls_ca_file=str(authority.path))
        try:
            node.start()
            for name, address in [("ada", TO), ("bob", "bob@mail.example")]:
                node.run("account", "create", name, "--email", address, "--password", "une-terrasse-au-soleil")
            node.ask_for_link(TO)
            [failed] = eventually(lambda: node.mails("failed"))
            assert failed["recipient"] == TO and "550 5.1.1 no such person" in failed["failure"]
            [entry] = [json.loads(line) for line in node.run("mail", "suppressed", "--json").splitlines()]
            assert (entry["address"], entry["reason"]) == (TO, "refused")
            # Nobody else waits for that, and the log names no address.
            node.ask_for_link("bob@mail.example")
            eventually(lambda: server.script.envelopes)
            assert TO not in node.log()

            server.script.recipients = {}
            assert "gets e-mails again" in node.run("mail", "allow", TO)
            node.run("mail", "retry", failed["id"])
            eventually(lambda: len(server.script.envelopes) == 2)
            eventually(lambda: len(node.mails("sent")) == 2)
            assert node.mails("failed") == []

            # The first one comes back.
            returned = server.script.envelopes[0].mail_from
            report = (
                f"From: MAILER-DAEMON@mail.example\r\nTo: <{returned}>\r\n"
                "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
                "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mail.example\r\n\r\n"
                "Final-Recipient: rfc822; bob@mail.example\r\nAction: failed\r\nStatus: 5.1.1\r\n"
                "Diagnostic-Code: smtp; 550 gone\r\n\r\n--b--\r\n").encode()
            other = report.replace(returned.encode(), b"bounces+aaaaaaaaaaaaaaaaaaaa@cafe.example")
            assert b"not known any more" in node.troquet("mail", "bounce", stdin=other).stdout
            assert b"Not for a return path" in node.troquet("mail", "bounce", stdin=b"To: x@y.example\r\n\r\n").stdout
            done = node.troquet("mail", "bounce", stdin=report)
            assert done.returncode == 0 and b"bob@mail.example gets no more e-mails" in done.stdout, done.stdout
            [failed] = node.mails("failed")
            assert failed["failure"] == "it came back: 5.1.1 smtp; 550 gone"
            assert "bounced" in node.run("mail", "suppressed")
            assert node.stop() == 0, node.log()
        finally:
            node.remove()


def test_wrong_settings_stop_the_start_with_one_sentence(home):
    for settings in (
            {"smtp": "smtp://me:hunter2%@mail.example"}, {"smtp": "smtp://"}, {"mail_return_path": "x"},
            {"dkim_key_file": "/none", "dkim_selector": "s"}):
        done = home.troquet("doctor", "mail", "--to", TO, **settings)
        text = done.stdout.decode()
        assert done.returncode == 1 and text.startswith("troquet: ") and text.count("\n") == 1, text
        assert "hunter2" not in text
