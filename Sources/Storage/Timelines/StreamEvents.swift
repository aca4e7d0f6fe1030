// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

extension Transaction {
    /// Announces an event to the open streams after this transaction is committed; nothing is announced when it is
    /// rolled back.
    public func announce(_ event: StreamEvent) {
        announce(event.text)
    }

    /// Announces a new timeline item to the open streams. An item that was written more than 6 hours before its arrival
    /// is not announced: old replies that were fetched to complete a thread are not news.
    func announce(_ item: ID<TimelineItem>, writtenAt time: Timestamp) {
        guard Timestamp(item.rawValue >> 16) - time < .hours(6) else { return }
        announce(StreamEvent.item(item))
    }
}

/// Announces deletions to the open streams. The functions run before the deletion, while the readers can still be
/// found.
enum StreamDeletions {
    /// Announces that a post and its boosts will be deleted.
    static func removing(_ post: ID<Post>, in tx: Transaction) throws(DatabaseError) {
        let row = try tx.row("SELECT author_id, visibility FROM post WHERE id = \(post)")
        guard let row else { return }
        let visibility: Visibility = try row.choice("visibility")
        var readers: [ID<Account>]?
        if !visibility.isOpen {
            readers = try PostRow.ids(
                "SELECT m.account_id AS id FROM mention m WHERE m.post_id = \(post) LIMIT \(StreamEvent.readers)",
                in: tx)
        }
        let items: [ID<TimelineItem>] = try PostRow.ids(
            "SELECT e.id AS id FROM entry e WHERE e.post_id = \(post) ORDER BY e.id LIMIT \(StreamEvent.limit)", in: tx)
        try announce(items, by: row.id("author_id"), visibility, readers, in: tx)
    }

    /// Announces that an event and its shares will be deleted.
    static func removing(_ event: ID<Event>, in tx: Transaction) throws(DatabaseError) {
        let row = try tx.row("SELECT owner_id, visibility FROM event WHERE id = \(event)")
        guard let row else { return }
        let visibility: Visibility = try row.choice("visibility")
        let items: [ID<TimelineItem>] = try PostRow.ids(
            "SELECT e.id AS id FROM entry e WHERE e.event_id = \(event) ORDER BY e.id LIMIT \(StreamEvent.limit)",
            in: tx)
        var readers: [ID<Account>]?
        if !visibility.isOpen {
            readers = try PostRow.ids(
                """
                SELECT g.account_id AS id FROM guest g WHERE g.event_id = \(event)
                UNION SELECT x.account_id AS id FROM event_invitation x WHERE x.event_id = \(event)
                LIMIT \(StreamEvent.readers)
                """, in: tx)
        }
        try announce(items, by: row.id("owner_id"), visibility, readers, in: tx)
    }

    /// - Parameter readers: those who could read the items besides the author and followers; nil for everybody.
    private static func announce(
        _ items: [ID<TimelineItem>], by author: ID<Account>, _ visibility: Visibility, _ readers: [ID<Account>]?,
        in tx: Transaction
    ) {
        guard !items.isEmpty else { return }
        if visibility == .direct {
            tx.announce(StreamEvent.deletedDirect(items, readers: [author] + (readers ?? [])))
        } else {
            tx.announce(StreamEvent.deleted(items, author: author, readers: readers))
        }
    }

    /// Announces that a boost or a share was removed.
    static func removed(_ rows: [Row], by account: ID<Account>, in tx: Transaction) throws(DatabaseError) {
        var items: [ID<TimelineItem>] = []
        for row in rows.prefix(StreamEvent.limit) { items.append(try row.id("id")) }
        guard !items.isEmpty else { return }
        tx.announce(StreamEvent.deleted(items, author: account, readers: nil))
    }
}
