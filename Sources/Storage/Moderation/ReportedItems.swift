// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// A post or an event that a report names, for moderators.
public struct ReportedItem: Sendable, Hashable {
    /// What it is.
    public var subject: TimelineItem.Subject
    /// The title; empty for a post without one.
    public var title: String
    /// The text.
    public var content: SanitizedHTML
    /// Who may read it.
    public var visibility: Visibility
    /// Whether it was written here, so that a moderator may delete it.
    public var isLocal: Bool
}

/// Finds the posts and events that reports name.
public enum ReportedItems {
    /// The stored posts and events among these IRIs, whoever may read them: a moderator decides about them. Two
    /// statements for each 500 IRIs.
    public static func load(
        _ iris: [String], in db: some Queryable
    ) throws(DatabaseError) -> [String: ReportedItem] {
        var items: [String: ReportedItem] = [:]
        for list in Set(iris).sorted().inLists() {
            let posts = try db.rows(
                """
                SELECT id, iri, title, content_html, visibility, is_local FROM post WHERE iri IN (\(list: list))
                """)
            for row in posts { items[try row.text("iri")] = try read(row, .post(try row.id("id"))) }
            let events = try db.rows(
                """
                SELECT id, iri, title, content_html, visibility, is_local FROM event WHERE iri IN (\(list: list))
                """)
            for row in events { items[try row.text("iri")] = try read(row, .event(try row.id("id"))) }
        }
        return items
    }

    private static func read(_ row: Row, _ subject: TimelineItem.Subject) throws(DatabaseError) -> ReportedItem {
        ReportedItem(
            subject: subject, title: try row.text("title"), content: try row.html("content_html"),
            visibility: try row.choice("visibility"), isLocal: try row.bool("is_local"))
    }
}
