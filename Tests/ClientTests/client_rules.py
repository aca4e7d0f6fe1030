# SPDX-License-Identifier: Apache-2.0
"""What makes which client fail, read from the tables beside the project."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import references

# Clients whose source code was read for the fields that they require.
STRICT = ("Tusky", "M. Android")
LENIENT = "Ice Cubes"
# Entities of the description that use the table of another entity.
KIN = {"CredentialAccount": "Account", "MutedAccount": "Account", "DeletedStatus": "Status", "TrendsLink": "PreviewCard"}
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
DAY = re.compile(r"\d{4}-\d\d-\d\d")
ADDRESS = re.compile(r"https?://[^/\s]+")
DIGITS = re.compile(r"\d{1,19}")
DAYS = {("Account", "last_status_at"), ("FeaturedTag", "last_status_at")}
NOT_DIGITS = {
    "client_id", "shortcode", "group_key", "page_min_id", "page_max_id", "most_recent_notification_id"}
INTEGER_IDS = {"WebPushSubscription"}
# Mastodon's id of the default role is a negative number.
FREE_IDS = {"Role"}
NULL_BY_RIGHT = {
    # Hidden until the end of a poll that hides its counts.
    ("PollOption", "votes_count"),
    # Null for a follow that shows all languages.
    ("Relationship", "languages")}
# Mastodon itself leaves these empty when the value is unknown.
EMPTY_BY_RIGHT = {
    ("PreviewCard", "author_url"), ("PreviewCard", "provider_url"), ("PreviewCard", "embed_url"),
    ("PreviewCardAuthor", "url")}


@dataclass(frozen=True)
class Rule:
    """One row of a table: the type of a field, and which client needs it."""

    type: str
    present: bool
    not_null: bool
    never_null: bool
    by: str


def read_tables() -> dict[str, dict[str, Rule]]:
    """Reads the tables of entities: entity, field, rule."""
    tables: dict[str, dict[str, Rule]] = {}
    if not references.TABLES.exists():
        return tables
    entity, columns = None, []
    for line in references.TABLES.read_text().splitlines():
        if line.startswith("#"):
            entity = line[5:].strip() if line.startswith("#### ") else None
        elif entity and line.startswith("| field |"):
            columns = [cell.strip() for cell in line.strip("|").split("|")]
        elif entity and line.startswith("| `"):
            row = dict(zip(columns, (cell.strip() for cell in line.strip("|").split("|"))))
            rule = read_row(row)
            known = tables.setdefault(entity, {})
            name = row["field"].strip("`")
            known[name] = merged(known[name], rule) if name in known else rule
    return tables


def read_row(row: dict[str, str]) -> Rule:
    needed = [client for client in STRICT if row[client] == "REQ"]
    lenient = row[LENIENT] == "REQ"
    nullable = "or null" in row["docs type"] or row["docs type"] == "undocumented"
    by = needed + [LENIENT] * lenient + [client for client in (*STRICT, LENIENT) if row[client] == "null!"]
    seen_null = "null" in row["real server: present / types"]
    counted = re.match(r"\[|boolean|integer|number", row["docs type"]) is not None
    return Rule(
        type=row["docs type"], present=bool(needed) or lenient,
        not_null=bool(needed) or lenient and not nullable or "null!" in (row[LENIENT], *(row[c] for c in STRICT)),
        never_null=counted and not seen_null, by=", ".join(by))


def merged(one: Rule, other: Rule) -> Rule:
    return Rule(
        one.type, one.present or other.present, one.not_null or other.not_null, one.never_null or other.never_null,
        one.by or other.by)


def broken(table: str, rules: dict[str, Rule], entity: dict[str, Any]) -> Iterator[str]:
    """Yields the errors of an entity that make a client fail."""
    for name, rule in rules.items():
        value = entity.get(name)
        if rule.present and name not in entity:
            yield f"{name} is missing ({rule.by})"
        elif name in entity and value is None:
            if rule.not_null:
                yield f"{name} is null ({rule.by})"
            elif rule.never_null and (table, name) not in NULL_BY_RIGHT:
                yield f"{name} is null, and no list, claim or number may be"
        elif value is not None:
            yield from misshapen(table, name, rule.type, value)
    yield from misnumbered(table, entity)


def misshapen(table: str, name: str, type: str, value: Any) -> Iterator[str]:
    day = (table, name) in DAYS
    if "date" in type and not (DAY if day else INSTANT).fullmatch(str(value)):
        yield f"{name} is {value!r}, not {'a day' if day else 'an instant with three digits of fraction'}"
    if "(uri)" in type and not type.startswith("["):
        if not (value == "" and (table, name) in EMPTY_BY_RIGHT) and not ADDRESS.match(str(value)):
            yield f"{name} is {value!r}, not an absolute address"
    if type.startswith("integer") and (not isinstance(value, int) or isinstance(value, bool)):
        yield f"{name} is {value!r}, not an integer"


def misnumbered(table: str, entity: dict[str, Any]) -> Iterator[str]:
    for name, value in entity.items():
        if table in FREE_IDS or name in NOT_DIGITS or value is None or not re.fullmatch(r"id|\w+_ids?", name):
            continue
        if name == "id" and table in INTEGER_IDS:
            if not isinstance(value, int) or not 0 < value < 1 << 31:
                yield f"id is {value!r}, not a small integer"
            continue
        for each in value if isinstance(value, list) else [value]:
            if not isinstance(each, str) or not DIGITS.fullmatch(each) or int(each) >= 1 << 63:
                yield f"{name} is not a word of decimal digits below 2^63, like {each!r}"[:80]
