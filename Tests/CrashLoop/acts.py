# SPDX-License-Identifier: Apache-2.0
"""People who act all the time, on other servers and in an app, and the ledger of what the node acknowledged."""

import http.client
import json
import random
import threading
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field

from node import Node
from peers import CONTEXT, PUBLIC, Actor, Peers
from signing import signed_headers


@dataclass
class Act:
    """Something that the node acknowledged."""

    kind: str
    # The id of the activity; for a post of a member the id of the post.
    iri: str
    # What it sets, and to what: the last act of a person about one thing must win.
    about: tuple
    wanted: str
    # What must arrive: (inbox, type, object).
    expected: list[tuple] = field(default_factory=list)
    acknowledged: float = 0
    # How often it was sent until the node acknowledged it. The node answers a repeated Follow or Join again.
    sent: int = 0
    # When the row in the inbox queue was done; for posts of members the same as `acknowledged`.
    done: float | None = None


class Ledger:
    def __init__(self):
        self._lock = threading.Lock()
        self.acts: list[Act] = []
        self.waiting: dict[str, Act] = {}
        # Answers that were neither an acknowledgement nor a request to try again.
        self.refused: list[str] = []
        self.repeats: Counter[str] = Counter()

    def acknowledge(self, act: Act, is_done: bool = False) -> None:
        with self._lock:
            act.acknowledged = time.monotonic()
            self.acts.append(act)
            if is_done:
                act.done = act.acknowledged
            else:
                self.waiting[act.iri] = act

    def repeat(self, reason: str) -> None:
        with self._lock:
            self.repeats[reason] += 1

    def observe(self, node: Node) -> None:
        """Notes which received activities no longer wait in the node's database."""
        with self._lock:
            asked = list(self.waiting.values())
        present = {row[0] for row in node.rows("SELECT activity_iri FROM received WHERE state = 'waiting'")}
        now = time.monotonic()
        with self._lock:
            for act in asked:
                if act.iri not in present:
                    act.done = now
                    self.waiting.pop(act.iri, None)


@dataclass
class Scene:
    """What is there before the first kill."""

    node: Node
    peers: Peers
    ledger: Ledger
    person: str
    group: str
    discussion: str
    events: list[str]
    posts: list[str]
    # These follow the member who posts and the group all the time.
    receivers: list[Actor]
    stop: threading.Event = field(default_factory=threading.Event)

    def send(self, actor: Actor, activity: dict, act: Act) -> bool:
        """Sends an activity until it is acknowledged, as servers do, always with the same id."""
        inbox = "/inbox"
        body = json.dumps(activity).encode()
        while True:
            headers = signed_headers(actor.key, actor.key_id, self.node.host, inbox, body)
            act.sent += 1
            status, answer = self.attempt("POST", inbox, body, headers)
            if status == 202:
                self.ledger.acknowledge(act)
                return True
            if not self.may_repeat(status):
                self.ledger.refused.append(f"{act.kind}: {status} {answer[:200]!r}")
                return False

    def attempt(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        try:
            return self.node.request(method, path, body, headers)
        except (OSError, http.client.HTTPException):
            return 0, b""

    def may_repeat(self, status: int) -> bool:
        """Whether a request is tried again: it was cut, or the node asks for that. Waits a little if so."""
        if status not in (0, 429, 503):
            return False
        self.ledger.repeat("cut" if status == 0 else str(status))
        time.sleep(random.uniform(0.05, 0.3))
        return True


class RemotePerson(threading.Thread):
    """Someone on another server, who says one thing after the other and often takes it back."""

    def __init__(self, scene: Scene, actor: Actor, place: int, seed: str, pause: float):
        super().__init__(daemon=True)
        self.scene, self.actor, self.place, self.pause = scene, actor, place, pause
        self.chance = random.Random(seed)
        self.number = 0
        # The activity that stands, for each thing that can be undone.
        self.standing: dict[tuple, dict] = {}
        self.notes: list[str] = []

    def run(self) -> None:
        while not self.scene.stop.is_set():
            act = self.chance.choices(
                [self.follow, self.attend, self.like, self.write, self.write_slowly, self.erase],
                [30, 20, 15, 15, 4, 5])[0]
            act()
            if act != self.write_slowly:
                self.scene.stop.wait(self.chance.uniform(0, 2 * self.pause))

    def say(self, kind: str, content: dict, about: tuple, wanted: str, inboxes: list[Actor], answer: str) -> dict:
        self.number += 1
        activity = {
            "@context": CONTEXT, "id": f"{self.actor.iri}/activities/{self.number}", "type": kind,
            "actor": self.actor.iri} | content
        expected = [(each.iri, answer, activity["id"]) for each in inboxes]
        self.scene.send(self.actor, activity, Act(kind, activity["id"], about, wanted, expected))
        return activity

    def toggle(self, kind: str, undo: str, relation: str, target: str, inboxes: list[Actor], answer: str) -> None:
        """Does something, or takes it back when it stands."""
        about = (relation, self.actor.iri, target)
        former = self.standing.pop(about, None)
        if former is None:
            self.standing[about] = self.say(kind, {"object": target}, about, "yes", inboxes, answer)
        else:
            what = former["object"] if undo == "Leave" else {name: former[name] for name in former if name[0] != "@"}
            relayed = inboxes if answer == "Announce" else []
            self.say(undo, {"object": what}, about, "no", relayed, answer)

    def follow(self) -> None:
        self.toggle("Follow", "Undo", "follow", self.scene.person, [self.actor], "Accept")

    def attend(self) -> None:
        event = self.chance.choice(self.scene.events)
        self.toggle("Join", self.chance.choice(["Leave", "Undo"]), "seat", event, [self.actor], "Accept")

    def like(self) -> None:
        post = self.chance.choice(self.scene.posts)
        self.toggle("Like", "Undo", "like", post, self.scene.receivers, "Announce")

    def write(self) -> None:
        """Replies in the group, which relays it to its followers."""
        note = self.note(self.scene.discussion, self.scene.group)
        self.notes.append(note["id"])
        self.create(note, self.scene.receivers)

    def write_slowly(self) -> None:
        """Replies to a note on a slow server and mentions a member, so the node fetches that note before it goes on."""
        parent = self.scene.peers.slow_note(self.place, str(self.number))
        self.create(self.note(parent, self.scene.person), [])

    def note(self, parent: str, mentioned: str) -> dict:
        return {
            "id": f"{self.actor.iri}/notes/{self.number + 1}", "type": "Note", "attributedTo": self.actor.iri,
            "to": [PUBLIC], "cc": [mentioned], "inReplyTo": parent, "content": f"<p>Mot {self.number + 1}</p>",
            "published": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "tag": [{"type": "Mention", "href": mentioned, "name": "@" + mentioned.rpartition("/")[2]}]}

    def create(self, note: dict, inboxes: list[Actor]) -> None:
        content = {"to": note["to"], "cc": note["cc"], "object": note}
        self.say("Create", content, ("note", note["id"]), "yes", inboxes, "Announce")

    def erase(self) -> None:
        if not self.notes:
            return
        note = self.notes.pop(self.chance.randrange(len(self.notes)))
        content = {"to": [PUBLIC], "cc": [self.scene.group], "object": {"id": note, "type": "Tombstone"}}
        self.say("Delete", content, ("note", note), "no", self.scene.receivers, "Announce")


class App(threading.Thread):
    """The app of a member, which repeats a request that was cut, with the same Idempotency-Key."""

    def __init__(self, scene: Scene, token: str, number: int, seed: str, pause: float):
        super().__init__(daemon=True)
        self.scene, self.token, self.number, self.pause = scene, token, number, pause
        self.chance = random.Random(seed)
        # The texts that were acknowledged, and the id of each post.
        self.posts: dict[str, str] = {}

    def run(self) -> None:
        count = 0
        while not self.scene.stop.is_set():
            count += 1
            text = f"Annonce {self.number}x{count}x"
            status = self.call("POST", "/api/v1/statuses", text, "Post", "Create", "yes")
            self.scene.stop.wait(self.chance.uniform(0, 2 * self.pause))
            if status and self.chance.random() < 0.3:
                path = "/api/v1/statuses/" + status["id"]
                self.call("PUT", path, text + " corrigée", "Edit", "Update", "edited")

    def call(self, method: str, path: str, text: str, kind: str, sent: str, wanted: str) -> dict | None:
        body = json.dumps({"status": text, "visibility": "public"}).encode()
        headers = {
            "Authorization": "Bearer " + self.token, "Content-Type": "application/json",
            "Idempotency-Key": str(uuid.UUID(int=self.chance.getrandbits(128)))}
        while True:
            status, answer = self.scene.attempt(method, path, body, headers)
            if status == 200:
                post = json.loads(answer)
                expected = [(each.iri, sent, post["uri"]) for each in self.scene.receivers]
                act = Act(kind, post["uri"], ("post", text.removesuffix(" corrigée")), wanted, expected)
                self.scene.ledger.acknowledge(act, is_done=True)
                return post
            if not self.scene.may_repeat(status):
                self.scene.ledger.refused.append(f"{kind}: {status} {answer[:200]!r}")
                return None
