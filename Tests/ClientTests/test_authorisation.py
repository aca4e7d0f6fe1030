# SPDX-License-Identifier: Apache-2.0
"""Authorization: every declared route is called by each kind of caller, with the right scope and with a wrong one."""

from dataclasses import dataclass, field

import pytest
import requests

import routes
from belongings import belongings
from verdict import nothing_is_wrong

SECONDS = 120
OUTSIDE = "outside the authorized scopes"
# Paths that only the owner may use. For others the thing does not exist or is not allowed.
OWNED = {
    "/api/v1/lists/{}", "/api/v1/lists/{}/accounts", "/api/v1/timelines/list/{}",
    "/api/v1/filters/{}", "/api/v2/filters/{}", "/api/v2/filters/{}/keywords", "/api/v2/filters/{}/statuses",
    "/api/v2/filters/keywords/{}", "/api/v2/filters/statuses/{}",
    "/api/v1/scheduled_statuses/{}", "/api/v1/media/{}", "/api/v1/conversations/{}", "/api/v1/conversations/{}/read",
    "/api/v1/notifications/{}", "/api/v2/notifications/{}", "/api/v1/featured_tags/{}",
    "/api/v1/statuses/{}/interaction_policy", "/api/v1/statuses/{}/pin"}
OWNED_TO_CHANGE = {"/api/v1/statuses/{}"}
# Things are changed before they are deleted. Routes that end the caller's session are not called.
TURN = {"GET": 0, "POST": 1, "PUT": 2, "PATCH": 2, "DELETE": 3}
ENDS_THE_SESSION = {"/oauth/revoke"}


@dataclass
class Cast:
    """The callers, and the things of the owner."""

    owner: object
    others: dict[str, object]
    things: dict[str, str] = field(default_factory=dict)
    revoked: str = ""
    app: str = ""
    tokens: dict[tuple[str, ...], str] = field(default_factory=dict)

    def owner_token(self, *scopes: str) -> str:
        if scopes not in self.tokens:
            self.tokens[scopes] = self.owner.token(list(scopes))
        return self.tokens[scopes]


@pytest.fixture(scope="module")
def table(node):
    return sorted(routes.read(node), key=lambda route: (TURN.get(route.method, 1), route.path))


@pytest.fixture(scope="module")
def cast(node, newcomer):
    owner = newcomer(node, "owner")
    others = {role: newcomer(node, role, role=role) for role in ("member", "moderator", "steward")}
    made = Cast(owner, others, app=owner.app.own_token())
    leaver = owner.client()
    made.revoked = leaver.access_token
    leaver.revoke_access_token(allow_http=True)
    made.things = belongings(owner, others["member"])
    return made


def address(cast, route):
    prefix = route.path.split("{")[0].split(":")[0]
    return route.filled([cast.things.get(prefix, "0")] * 2)


def ask(cast, route, token):
    """Returns the status, and the message of an error. It does not wait for the body of an endless response."""
    heads = {"Authorization": f"Bearer {token}"} if token else {}
    with requests.request(
            route.method, cast.owner.node.origin + address(cast, route), headers=heads, stream=True, timeout=SECONDS,
            allow_redirects=False) as answer:
        if answer.status_code >= 400 and "json" in answer.headers.get("Content-Type", ""):
            return answer.status_code, str(answer.json().get("error"))
        return answer.status_code, ""


def wrong_scope(route):
    return next(scope for scope in ("push", "profile", "read:mutes") if not covers(scope, route))


def covers(scope, route):
    return any(wanted == scope or wanted.startswith(f"{scope}:") for wanted in route.scopes)


def needs_a_right_token(route):
    """Whether a token that is sent must be valid, also on a route that needs none."""
    return route.access in ("user", "app", "moderator", "steward") or route.access == "public" and route.scopes


def gather(table, check):
    wrong = []
    for route in table:
        if route.path not in ENDS_THE_SESSION:
            wrong += [f"{route} ({route.access} {' '.join(route.scopes)}): {text}" for text in check(route)]
    nothing_is_wrong(wrong)


def test_the_table_is_whole(table):
    assert len(table) > 150 and all(route.access for route in table)
    unscoped = [str(r) for r in table if r.access == "user" and not r.scopes]
    print("for people, without a scope:", *unscoped, sep="\n  ")


def test_strangers(table, cast):
    def check(route):
        status, error = ask(cast, route, None)
        if status >= 500 and status != 503:
            yield f"{status} {error}"
        elif route.access in ("user", "app", "moderator", "steward") and status != 401:
            yield f"a stranger is answered {status} {error}"
        elif route.access == "public" and status in (401, 403):
            yield f"a stranger is refused with {status} {error}"

    gather(table, check)


def test_revoked_tokens(table, cast):
    def check(route):
        status, error = ask(cast, route, cast.revoked)
        wanted = (401,) if needs_a_right_token(route) else range(200, 500)
        if status not in wanted:
            yield f"a revoked token is answered {status} {error}"

    gather(table, check)


def test_tokens_of_apps(table, cast):
    def check(route):
        status, error = ask(cast, route, cast.app)
        if status >= 500 and status != 503:
            yield f"{status} {error}"
        elif route.access in ("user", "moderator", "steward") and status not in (403, 422):
            yield f"an app without a person is answered {status} {error}"
        elif route.access == "app" and status == 401:
            yield f"an app is answered {status} {error}"

    gather(table, check)


def test_wrong_scopes(table, cast):
    def check(route):
        if not needs_a_right_token(route) or not route.scopes:
            return
        status, error = ask(cast, route, cast.owner_token(wrong_scope(route)))
        if status != 403 or OUTSIDE not in error:
            yield f"with {wrong_scope(route)} the answer is {status} {error}"

    gather(table, check)


def test_others(table, cast):
    def check(route):
        owned = route.shape in OWNED or route.shape in OWNED_TO_CHANGE and route.method != "GET"
        for role, member in cast.others.items():
            status, error = ask(cast, route, member.api.access_token)
            if status >= 500 and status != 503:
                yield f"a {role} is answered {status} {error}"
            elif (role, route.method, route.shape) == ("moderator", "DELETE", "/api/v1/statuses/{}"):
                # A moderator may take it away.
                if status != 200:
                    yield f"a moderator is answered {status} {error}"
            elif owned and status not in (403, 404, 422):
                yield f"a {role} who does not own it is answered {status} {error}"
            elif status == 401:
                yield f"a {role} is answered {status} {error}"

    gather(table, check)


def test_the_owner_with_no_more_than_is_asked(table, cast):
    def check(route):
        token = cast.owner_token(route.scopes[0]) if route.scopes else cast.owner.api.access_token
        status, error = ask(cast, route, token)
        if route.access in ("moderator", "steward"):
            if status not in (403, 404):
                yield f"a member is answered {status} {error}"
        elif status >= 500 and status != 503 or status == 401 or OUTSIDE in error:
            yield f"the owner is answered {status} {error}"
        elif route.shape in OWNED and route.method == "GET" and status != 200:
            yield f"the owner does not find it: {status} {error}"

    gather(table, check)
