# SPDX-License-Identifier: Apache-2.0
"""One of each thing that a member can have."""

import io
import uuid
from datetime import datetime, timedelta, timezone

from pictures import png
from waiting import eventually


def belongings(owner, other) -> dict[str, str]:
    """Creates one of each thing. Returns their ids by the start of the paths in which they are used."""
    api = owner.api
    api.account_follow(other.id)
    kept = api.create_filter_v2("x", ["home"], "warn", keywords_attributes=[{"keyword": "spoiler"}])
    post = api.status_post("mine")
    marked = api.add_filter_status_v2(kept, post)
    other.api.status_post(f"@{owner.name} {uuid.uuid4().hex}", visibility="direct")
    conversation = eventually(api.conversations)[0]
    notification = eventually(api.notifications)[0]
    later = api.status_post("later", scheduled_at=datetime.now(timezone.utc) + timedelta(hours=1))
    media = api.media_post(io.BytesIO(png(9, 9)), mime_type="image/png")
    old = api.filter_create("phrase", ["home"])
    poll = other.api.status_post("?", poll=other.api.make_poll(["a", "b"], expires_in=3600)).poll
    ids = {
        "/api/v1/lists/": api.list_create("x").id, "/api/v1/timelines/list/": api.list_create("y").id,
        "/api/v1/filters/": old.id, "/api/v2/filters/": kept.id, "/api/v2/filters/keywords/": kept.keywords[0].id,
        "/api/v2/filters/statuses/": marked.id, "/api/v1/scheduled_statuses/": later.id, "/api/v1/media/": media.id,
        "/api/v1/conversations/": conversation.id, "/api/v1/notifications/": notification.id,
        "/api/v2/notifications/": notification.group_key, "/api/v1/featured_tags/": api.featured_tag_create("mine").id,
        "/api/v1/statuses/": post.id, "/api/v1/accounts/": other.id, "/api/v1/polls/": poll.id, "/api/v1/tags/": "mine",
        "/api/v1/timelines/tag/": "mine"}
    return {prefix: str(id) for prefix, id in ids.items()}
