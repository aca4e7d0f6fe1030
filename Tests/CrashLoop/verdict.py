# SPDX-License-Identifier: Apache-2.0
"""Compares the ledger with what is in the database and with what the receivers got."""

import math
from collections import defaultdict
from dataclasses import dataclass, field

from acts import Act, Scene


@dataclass
class Verdict:
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    repeats: int = 0

    @property
    def is_good(self) -> bool:
        return not (self.lost or self.doubled or self.wrong)


def judge(scene: Scene) -> Verdict:
    verdict = Verdict()
    acts = scene.ledger.acts
    for act in acts:
        if act.done is None:
            verdict.lost.append(f"{act.kind} {act.iri} still waits")
    check_states(scene, acts, verdict)
    check_arrivals(scene, acts, verdict)
    for refusal in scene.ledger.refused:
        verdict.wrong.append("refused: " + refusal)
    return verdict


def check_states(scene: Scene, acts: list[Act], verdict: Verdict) -> None:
    """The last word of a person about one thing is the state in the database."""
    last = {act.about: act for act in acts}
    state = states(scene)
    for about, act in last.items():
        found = state.get(about, [])
        if act.wanted == "no":
            if found:
                verdict.wrong.append(f"{act.kind} {act.iri} came last, but {about} is {found}")
        elif not found:
            # Its absence is a loss when nothing older could win, otherwise the older word won.
            first = sum(other.about == about for other in acts) == 1
            (verdict.lost if first else verdict.wrong).append(f"{act.kind} {act.iri}: nothing stands for {about}")
        elif len(found) > 1:
            verdict.doubled.append(f"{about} is there {len(found)} times")
        elif found[0] != act.wanted:
            verdict.wrong.append(f"{act.kind} {act.iri} came last, but {about} is {found}")


def states(scene: Scene) -> dict[tuple, list[str]]:
    state: dict[tuple, list[str]] = defaultdict(list)
    rows = scene.node.rows
    for relation, query in {
        "follow": "SELECT a.iri, t.iri FROM follow x JOIN account a ON a.id = x.follower_id"
                  " JOIN account t ON t.id = x.target_id WHERE x.state = 'accepted'",
        "seat": "SELECT a.iri, e.iri FROM guest x JOIN account a ON a.id = x.account_id"
                " JOIN event e ON e.id = x.event_id WHERE x.state = 'going'",
        "like": "SELECT a.iri, p.iri FROM post_like x JOIN account a ON a.id = x.account_id"
                " JOIN post p ON p.id = x.post_id",
    }.items():
        for actor, target in rows(query):
            state[relation, actor, target].append("yes")
    for iri, html in rows("SELECT iri, content_html FROM post"):
        state["note", iri].append("yes")
        text = html.replace("<p>", "").replace("</p>", "").strip()
        if text.startswith("Annonce "):
            state["post", text.removesuffix(" corrigée")].append("edited" if text.endswith(" corrigée") else "yes")
    return state


def check_arrivals(scene: Scene, acts: list[Act], verdict: Verdict) -> None:
    """Every receiver got what follows from an act under one id, and an edit after what it edits."""
    arrivals = scene.peers.arrivals
    # Deliveries of a post that still wait when it is deleted are dropped.
    erased = {act.about for act in acts if act.kind == "Delete"}
    for act in acts:
        for expected in act.expected:
            inbox, kind, about = expected
            ids = [iri for _, iri in arrivals.get(expected, [])]
            if len(set(ids)) > (max(1, act.sent) if kind == "Accept" else 1):
                verdict.doubled.append(f"{act.kind} {act.iri}: {expected} came as {sorted(set(ids))}")
            elif not ids and (inbox, "Reject", about) in arrivals:
                # The Undo was applied first.
                verdict.wrong.append(f"{act.kind} {act.iri} was overtaken, and rejected")
            elif not ids and not (act.kind == "Create" and act.about in erased):
                verdict.lost.append(f"{act.kind} {act.iri}: {expected} did not arrive")
            create = arrivals.get((inbox, "Create", about))
            if act.kind == "Edit" and ids and create and create[-1][0] > arrivals[expected][0][0]:
                verdict.wrong.append(f"{act.kind} {act.iri} arrived at {inbox} before its Create")
    known = {act.iri for act in acts}
    for (inbox, kind, about), came in arrivals.items():
        verdict.repeats += len(came) - len({iri for _, iri in came})
        if kind == "Create" and about not in known:
            verdict.doubled.append(f"{inbox} got a post that nobody was told about: {about}")


def effect(scene: Scene, act: Act) -> float:
    """When an act had all its effects; infinite when it never had."""
    times = [act.done if act.done is not None else math.inf]
    for expected in act.expected:
        came = scene.peers.arrivals.get(expected)
        times.append(came[0][0] if came else math.inf)
    return max(times)


@dataclass
class Caught:
    """An act that was acknowledged before a kill and had its last effect after it."""

    act: Act
    kills: int
    # Seconds from the first and from the last restart before the effect.
    since_first: float
    since_last: float


def caught(scene: Scene, kills: list[tuple[float, float]]) -> list[Caught]:
    """The acts in hand when a process was killed. A kill is the time of it and the time when all was ready again."""
    found = []
    for act in scene.ledger.acts:
        end = effect(scene, act)
        during = [(killed, ready) for killed, ready in kills if act.acknowledged <= killed < end]
        if during and end < math.inf:
            since = [max(0, end - ready) for _, ready in (during[0], during[-1])]
            found.append(Caught(act, len(during), *since))
    return found


def percentiles(values: list[float]) -> dict[str, float]:
    """p50, p90, p99 and maximum, in seconds."""
    ordered = sorted(values) or [0]
    ranks = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "max": 1}
    return {name: round(ordered[max(0, math.ceil(rank * len(ordered)) - 1)], 2) for name, rank in ranks.items()}
