// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model

/// The columns of the table `event` in a SELECT under the alias `v`, and how an ``Event`` is read from them.
enum EventRow {
    static let names = [
        "id", "iri", "owner_id", "organizer_id", "uuid", "title", "content_html", "source", "starts_at", "ends_at",
        "time_zone", "place_name", "place_street", "place_locality", "place_postal_code", "place_country", "latitude",
        "longitude", "online_url", "capacity", "join_mode", "external_url", "status", "previous_start", "visibility",
        "remote_going", "url", "language", "sequence", "published_at", "updated_at", "is_local", "hides_end",
        "is_all_day", "place_region", "category", "hashtags", "picture_url", "picture_type", "picture_text",
        "is_online", "emojis",
    ]

    /// The list of columns, each renamed to `v_` plus its own name.
    static let columns = SQL(stringLiteral: names.map { "v.\($0) AS v_\($0)" }.joined(separator: ", "))

    /// Reads the event from a row of a query over ``columns``.
    ///
    /// - Throws: `.invalidValue` when a stored value does not fit its type.
    static func read(_ row: Row) throws(DatabaseError) -> Event {
        var event = Event(
            id: try row.id("v_id"), iri: try row.iri("v_iri"), owner: try row.id("v_owner_id"),
            uuid: try row.text("v_uuid"), title: try row.text("v_title"), startsAt: try row.time("v_starts_at"),
            endsAt: try row.time("v_ends_at"), publishedAt: try row.time("v_published_at"),
            isLocal: try row.bool("v_is_local"))
        event.organizer = try row.idOrNil("v_organizer_id")
        event.content = try row.html("v_content_html")
        event.source = try row.textOrNil("v_source")
        event.timeZone = try row.text("v_time_zone")
        event.place = try place(row)
        event.onlineURL = try row.iriOrNil("v_online_url")
        event.isOnline = try row.bool("v_is_online")
        event.capacity = try number(row, "v_capacity")
        event.joinMode = try row.choice("v_join_mode")
        event.externalURL = try row.iriOrNil("v_external_url")
        event.status = try row.choice("v_status")
        event.previousStart = try row.timeOrNil("v_previous_start")
        event.visibility = try row.choice("v_visibility")
        event.remoteGoing = try number(row, "v_remote_going")
        event.url = try row.iriOrNil("v_url")
        event.language = try row.textOrNil("v_language")
        event.sequence = try row.count("v_sequence")
        event.updatedAt = try row.time("v_updated_at")
        event.showsEnd = try !row.bool("v_hides_end")
        event.isAllDay = try row.bool("v_is_all_day")
        event.category = try row.textOrNil("v_category")
        event.hashtags = try row.textOrNil("v_hashtags").map { $0.split(separator: " ").map(String.init) } ?? []
        event.picture = try picture(row)
        event.emojis = ShortcodeList.read(try row.text("v_emojis"))
        return event
    }

    /// The place of the event. It exists when `place_name` is not NULL; the name may be empty.
    private static func place(_ row: Row) throws(DatabaseError) -> Place? {
        guard let name = try row.textOrNil("v_place_name") else { return nil }
        var place = Place(
            name: name, street: try row.textOrNil("v_place_street") ?? "",
            locality: try row.textOrNil("v_place_locality") ?? "",
            postalCode: try row.textOrNil("v_place_postal_code") ?? "",
            region: try row.textOrNil("v_place_region") ?? "",
            country: try row.textOrNil("v_place_country") ?? "")
        if let latitude = try row.doubleOrNil("v_latitude"), let longitude = try row.doubleOrNil("v_longitude") {
            place.coordinates = Coordinates(latitude: latitude, longitude: longitude)
        }
        return place
    }

    private static func picture(_ row: Row) throws(DatabaseError) -> EventPicture? {
        guard let url = try row.iriOrNil("v_picture_url") else { return nil }
        return EventPicture(
            url: url, mediaType: try row.textOrNil("v_picture_type") ?? "image/*",
            description: try row.textOrNil("v_picture_text") ?? "")
    }

    private static func number(_ row: Row, _ column: String) throws(DatabaseError) -> Int? {
        guard let value = try row.intOrNil(column) else { return nil }
        return Int(value)
    }
}
