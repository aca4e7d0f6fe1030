# SPDX-License-Identifier: Apache-2.0
"""Kills a node again and again while people use it, and judges what became of everything it acknowledged.

Started by `deploy/crash`, which prepares the program, a folder and a database.
"""

import argparse
import json
import random
import signal
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import verdict
from acts import Act, App, Ledger, RemotePerson, Scene
from node import Node, NodeDied
from peers import FIRST, Peers
from signing import Key

HOSTS = 6
# Seconds of a slow server for one note, and the longest wait for the end of all work.
DELAY, QUIET = 2.0, 700.0


def main() -> int:
    options = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    peers = Peers(HOSTS, options.people, DELAY)
    node = Node(options.binary, options.folder, options.database, options.processes)
    ledger = Ledger()
    kills: list[tuple[float, float]] = []
    try:
        scene, people = prepare(node, peers, ledger, options)
        for each in people:
            each.start()
        trouble = ""
        try:
            kill_often(scene, options, kills)
            finish(scene, people)
        except NodeDied as error:
            trouble = str(error)
        return report(scene, options, kills, trouble)
    finally:
        node.kill_all()
        peers.close()


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="deploy/crash")
    parser.add_argument("--binary", required=True)
    parser.add_argument("--folder", required=True, type=Path)
    parser.add_argument("--database", required=True)
    parser.add_argument("--processes", type=int, default=1, choices=[1, 2])
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--people", type=int, default=18)
    parser.add_argument("--pause", type=float, default=0.6)
    parser.add_argument("--json", type=Path)
    return parser.parse_args()


def prepare(
    node: Node, peers: Peers, ledger: Ledger, options: argparse.Namespace,
) -> tuple[Scene, list[threading.Thread]]:
    """A small community, its followers, and people who will act."""
    node.command("account", "create", "alice", "--display-name", "Alice", "--role", "steward")
    node.command("account", "create", "bob", "--display-name", "Bob")
    node.command("group", "create", "salon", "--title", "Le Salon")
    group = ["--account", "alice", "--group", "salon"]
    posts = [
        node.command("post", "create", *group, "--title", f"Qui vient ? ({number})", "--text", "Dites-le.")
        for number in range(3)]
    day = f"{time.gmtime().tm_year + 1}-06-01"
    events = [
        node.command("event", "create", *group, "--title", f"Soirée {number}", "--start", day + "T18:00:00Z",
                     "--end", day + "T21:00:00Z", "--place", "Le Café", "--text", "Venez.") for number in range(2)]
    receivers = [peers.actor(FIRST + host, f"fidele{host}", Key()) for host in range(3)]
    scene = Scene(
        node, peers, ledger, node.origin + "/users/bob", node.origin + "/groups/salon", posts[0], events, posts,
        receivers)
    token = node.command("token", "create", "--account", "alice")
    for number in range(options.processes):
        node.start(number)
        node.wait_until_ready(number)
    subscribe(scene, [node.origin + "/users/alice", scene.group])
    people: list[threading.Thread] = [
        RemotePerson(scene, peers.actor(FIRST + number % HOSTS, f"personne{number}", Key()), number,
                     f"{options.seed}/{number}", options.pause) for number in range(options.people)]
    people += [App(scene, token, number, f"{options.seed}/app{number}", options.pause) for number in range(3)]
    return scene, people


def subscribe(scene: Scene, targets: list[str]) -> None:
    """Lets the receivers follow the targets."""
    for actor in scene.receivers:
        for target in targets:
            follow = {"@context": "https://www.w3.org/ns/activitystreams", "type": "Follow", "actor": actor.iri,
                      "id": f"{actor.iri}/follows/{target.rpartition('/')[2]}", "object": target}
            act = Act("Follow", follow["id"], ("follow", actor.iri, target), "yes",
                      [(actor.iri, "Accept", follow["id"])])
            scene.send(actor, follow, act)
    settle(scene, 60)


def kill_often(scene: Scene, options: argparse.Namespace, kills: list[tuple[float, float]]) -> None:
    chance = random.Random(options.seed)
    for number in range(options.kills):
        watch(scene, chance.uniform(1, 4))
        # With two processes, usually one of them survives.
        victims = list(range(options.processes))
        if options.processes > 1 and chance.random() < 0.8:
            victims = [chance.choice(victims)]
        killed = time.monotonic()
        for victim in victims:
            scene.node.kill(victim)
        for victim in victims:
            scene.node.start(victim)
        for victim in victims:
            scene.node.wait_until_ready(victim)
        kills.append((killed, time.monotonic()))
        print(f"\r{number + 1} of {options.kills} kills, {len(scene.ledger.acts)} acts", end="", file=sys.stderr)
    watch(scene, 2)


def watch(scene: Scene, seconds: float) -> None:
    """Notes for some seconds what is done."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        scene.node.check()
        try:
            scene.ledger.observe(scene.node)
        except Exception as error:  # The database may not be readable just after a kill.
            scene.ledger.repeat(f"unread: {type(error).__name__}")
        time.sleep(min(0.2, max(0, left)))


def finish(scene: Scene, people: list[threading.Thread]) -> None:
    scene.stop.set()
    for each in people:
        each.join(60)
    settle(scene, QUIET)
    watch(scene, 2)


def settle(scene: Scene, limit: float) -> None:
    """Waits until nothing waits in the inbox and nothing is to be delivered, or until the limit."""
    end = time.monotonic() + limit
    while time.monotonic() < end:
        watch(scene, 0.3)
        if not scene.ledger.waiting and scene.node.rows("SELECT count(*) FROM delivery") == [["0"]]:
            return


def report(scene: Scene, options: argparse.Namespace, kills: list[tuple[float, float]], trouble: str) -> int:
    """Prints the verdict. Returns the exit status."""
    judged = verdict.judge(scene)
    found = verdict.caught(scene, kills)
    figures = {"engine": options.database.partition(":")[0], "processes": options.processes, "kills": len(kills)}
    figures |= ledger_figures(scene, judged) | time_figures(found, kills)
    if options.database.startswith("sqlite:"):
        figures["integrity"] = scene.node.rows("PRAGMA integrity_check")[0][0]
    print(file=sys.stderr)
    for name, value in figures.items():
        if isinstance(value, dict):
            value = ", ".join(f"{key} {each}" for key, each in value.items())
        print(f"{name:32} {value}")
    for name in ["lost", "doubled", "wrong"]:
        for line in getattr(judged, name)[:20]:
            print(f"  {name}: {line}")
    for each in sorted(found, key=lambda each: -each.since_last)[:5]:
        print(f"  slow: {each.since_last:.1f} s after the last of {each.kills} kills: {each.act.kind} {each.act.iri}")
    if trouble:
        print(f"  ended early: {trouble}")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n")
    return 0 if judged.is_good and not trouble and figures.get("integrity", "ok") == "ok" else 1


def ledger_figures(scene: Scene, judged: verdict.Verdict) -> dict:
    rows = scene.node.rows
    return {
        "acts": len(scene.ledger.acts), "kinds": dict(Counter(act.kind for act in scene.ledger.acts)),
        "lost": len(judged.lost), "doubled": len(judged.doubled), "wrong": len(judged.wrong),
        "repeats on the wire": judged.repeats, "requests repeated": dict(scene.ledger.repeats),
        "outcomes": {outcome: int(count) for outcome, count in rows(
            "SELECT outcome, count(*) FROM received GROUP BY outcome")},
        "given up": int(rows("SELECT count(*) FROM abandoned_delivery")[0][0]),
    }


def time_figures(found: list[verdict.Caught], kills: list[tuple[float, float]]) -> dict:
    """How long the node needed: to be ready again, and for what was in hand at a kill, in seconds after the last
    restart before the effect. What was in hand at more than five kills the node does not try again at once."""
    groups = {
        "by one kill": [each for each in found if each.kills == 1],
        "by 2 to 5": [each for each in found if 1 < each.kills <= 5],
        "by more": [each for each in found if each.kills > 5],
    }
    figures: dict = {"ready again after": verdict.percentiles([ready - killed for killed, ready in kills])}
    figures["caught"] = {name: len(group) for name, group in groups.items()}
    for name, group in groups.items():
        figures["effect, caught " + name] = verdict.percentiles([each.since_last for each in group])
    figures["effect after the first restart"] = verdict.percentiles([each.since_first for each in found])
    return figures


if __name__ == "__main__":
    sys.exit(main())
