# SPDX-License-Identifier: Apache-2.0
"""The documents that the API is tested against. They are beside the project, and nothing is copied from them."""

from pathlib import Path

SHARED = Path(__file__).resolve().parents[3] / "shared"
DESCRIPTION = SHARED / "fixtures/mastodon-openapi.json"
TABLES = SHARED / "reference/mastodon-api.md"


def missing():
    if not DESCRIPTION.exists():
        yield "No ../shared/fixtures/mastodon-openapi.json: schemas are not compared."
    if not TABLES.exists():
        yield "No ../shared/reference/mastodon-api.md: what crashes which client is not looked for."
