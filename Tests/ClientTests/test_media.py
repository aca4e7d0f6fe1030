# SPDX-License-Identifier: Apache-2.0
"""Uploading pictures and attaching them to a post."""

import io

import pytest
import requests
from mastodon import MastodonAPIError

from pictures import png
from waiting import eventually


def upload(api, picture=None, **how):
    media = api.media_post(io.BytesIO(picture or png(60, 40)), mime_type="image/png", file_name="a.png", **how)
    return eventually(lambda: (found := api.media(media)).url and found)


def test_a_picture_has_a_description_and_a_focus(ada):
    media = upload(ada.api, description="A red field", focus=(0.5, -0.25))
    assert media.type == "image" and media.description == "A red field" and media.blurhash
    assert media.meta.original.width == 60 and media.meta.original.height == 40
    assert (media.meta.focus.x, media.meta.focus.y) == (0.5, -0.25)
    changed = ada.api.media_update(media, description="A field", focus=(0, 1))
    assert changed.description == "A field" and changed.meta.focus.y == 1
    post = ada.api.status_post("with a picture", media_ids=[media], sensitive=True)
    assert post.sensitive and post.media_attachments[0].id == media.id
    assert post.media_attachments[0].description == "A field"


def test_a_thumbnail_of_ones_own_stands_for_the_file(ada):
    media = upload(ada.api, thumbnail=io.BytesIO(png(30, 20)), thumbnail_mime_type="image/png")
    assert (media.meta.original.width, media.meta.small.width, media.meta.small.height) == (60, 30, 20)
    assert media.preview_url.endswith(".png") and requests.get(media.preview_url, timeout=120).status_code == 200
    changed = ada.api.media_update(media, thumbnail=io.BytesIO(png(12, 10)), thumbnail_mime_type="image/png")
    assert changed.meta.small.width == 12 and changed.url == media.url
    assert requests.get(media.preview_url, timeout=120).status_code == 404
    with pytest.raises(MastodonAPIError):
        ada.api.media_update(media, thumbnail=io.BytesIO(b"no picture"), thumbnail_mime_type="image/png")
    post = ada.api.status_post("look", media_ids=[media])
    assert post.media_attachments[0].preview_url == changed.preview_url


def test_what_is_served_is_a_picture_without_its_notes(ada):
    media = upload(ada.api)
    served = requests.get(media.url, timeout=120)
    assert served.status_code == 200 and served.headers["Content-Type"].startswith("image/")
    assert b"taken at home" not in served.content
    assert requests.get(media.preview_url, timeout=120).headers["Content-Type"].startswith("image/")


def test_a_post_of_pictures_alone(ada):
    pictures = [upload(ada.api, png(10 + n, 10)) for n in range(4)]
    post = ada.api.status_post("", media_ids=pictures)
    assert post.content == "" and [m.id for m in post.media_attachments] == [m.id for m in pictures]


def test_somebody_elses_picture_cannot_be_used(ada, bob):
    media = upload(ada.api)
    with pytest.raises(MastodonAPIError):
        bob.api.status_post("mine now", media_ids=[media])
    with pytest.raises(MastodonAPIError):
        bob.api.media_update(media, description="mine now")


@pytest.mark.parametrize("path", ["/api/v1/media", "/api/v2/media"])
def test_what_is_no_picture_is_refused(ada, path):
    answer = requests.post(
        ada.node.origin + path, files={"file": ("a.png", b"no picture at all", "image/png")},
        headers={"Authorization": f"Bearer {ada.api.access_token}"}, timeout=120)
    assert answer.status_code == 422 and answer.json()["error"]


def test_the_older_address_answers_at_once(ada):
    answer = requests.post(
        f"{ada.node.origin}/api/v1/media", files={"file": ("a.png", png(30, 30))},
        headers={"Authorization": f"Bearer {ada.api.access_token}"}, timeout=120)
    assert answer.status_code == 200 and answer.json()["url"]


def test_a_picture_is_described_anew_in_an_edit(ada):
    post = ada.api.status_post("look", media_ids=[upload(ada.api, description="before")])
    media = post.media_attachments[0]
    change = ada.api.generate_media_edit_attributes(media.id, description="after", focus=(0.1, 0.2))
    ada.api.status_update(post, "look here", media_attributes=[change])
    found = ada.api.status(post).media_attachments[0]
    assert found.id == media.id and found.description == "after"


def test_other_words_for_one_picture_leave_the_other(ada):
    post = ada.api.status_post("two", media_ids=[upload(ada.api), upload(ada.api)])
    first, second = post.media_attachments
    # Mastodon.py would name the picture in media_ids, too, and so remove the other.
    answer = requests.put(
        f"{ada.api.api_base_url}/api/v1/statuses/{post.id}", timeout=120,
        headers={"Authorization": f"Bearer {ada.api.access_token}"},
        json={"status": "two", "media_attributes": [{"id": str(second.id), "description": "after"}]})
    assert answer.status_code == 200
    found = ada.api.status(post).media_attachments
    assert [media.id for media in found] == [first.id, second.id] and found[1].description == "after"


def test_media_go_with_the_post_when_asked(ada):
    media = upload(ada.api)
    post = ada.api.status_post("look", media_ids=[media])
    ada.api.status_delete(post, delete_media=True)
    with pytest.raises(MastodonAPIError):
        ada.api.media(media)


def test_a_picture_and_a_header_for_the_profile(ada):
    before = ada.api.me()
    after = ada.api.account_update_credentials(
        avatar=io.BytesIO(png(50, 50)), avatar_mime_type="image/png",
        header=io.BytesIO(png(90, 30)), header_mime_type="image/png")
    assert after.avatar != before.avatar and after.header != before.header
    assert requests.get(after.avatar, timeout=120).status_code == 200
    assert ada.api.account_delete_avatar().avatar != after.avatar
    assert ada.api.account_delete_header().header != after.header
