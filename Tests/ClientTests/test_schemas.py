# SPDX-License-Identifier: Apache-2.0
"""Every recorded response matches the description of the API."""

from collections import Counter

import pytest

import description
from verdict import nothing_is_wrong

DESCRIPTION = description.read()
pytestmark = pytest.mark.skipif(DESCRIPTION is None, reason="no description beside the project")


def test_every_answer_has_the_documented_form(traffic):
    assert traffic.exchanges, "nothing was recorded: run this with the tests of the clients"
    wrong, looked_at = Counter(), set()
    for exchange in traffic.exchanges:
        operation = DESCRIPTION.operation(exchange.method, exchange.path)
        schema = operation and DESCRIPTION.answer_schema(operation, exchange.status)
        if not schema:
            continue
        looked_at.add((operation, exchange.status))
        for violation in DESCRIPTION.violations(schema, exchange.body):
            wrong[f"{' '.join(operation)} {exchange.status} {violation}"] += 1
    print(f"{len(looked_at)} kinds of answers in {len(traffic.exchanges)}")
    nothing_is_wrong(f"{text} ({count}×)" for text, count in wrong.items())


def test_every_streamed_entity_has_the_documented_form(traffic):
    wrong = {
        f"{entity} {violation}" for entity, body in traffic.streamed
        for violation in DESCRIPTION.violations({"$ref": f"#/components/schemas/{entity}"}, body)}
    nothing_is_wrong(wrong)


def test_every_error_is_json_with_one_sentence(traffic):
    wrong = {
        f"{exchange}: {exchange.body}" for exchange in traffic.exchanges if exchange.status >= 400
        if not isinstance(exchange.body, dict) or not isinstance(exchange.body.get("error"), str)}
    nothing_is_wrong(wrong)
