// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

extension Transaction {
    /// Tells open apps of something once this transaction is committed, and never when it is not.
    public func announce(_ event: StreamEvent) {
        announce(event.text)
    }

    /// Tells open apps of a new timeline item, unless what it shows was written long before it arrived here: old
    /// answers that were fetched to complete a thread are no news.
    func announce(_ item: ID<TimelineItem>, writtenAt time: Timestamp) {
        guard Timestamp(item.rawValue >> 16) - time < .hours(6) else { return }
        announce(StreamEvent.item(item))
    }
}

/// Tells open apps of what is no more, while it is still known who could read it.
enum StreamDeletions {
    /// A post is about to be deleted, and its boosts with it.
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
        guard !items.isEmpty else { return }
        tx.announce(StreamEvent.deleted(items, author: try row.id("author_id"), readers: readers))
    }

    /// An event is about to be deleted, and what was shared of it with it.
    static func removing(_ event: ID<Event>, in tx: Transaction) throws(DatabaseError) {
        let row = try tx.row("SELECT owner_id, visibility FROM event WHERE id = \(event)")
        guard let row else { return }
        let visibility: Visibility = try row.choice("visibility")
        let items: [ID<TimelineItem>] = try PostRow.ids(
            "SELECT e.id AS id FROM entry e WHERE e.event_id = \(event) ORDER BY e.id LIMIT \(StreamEvent.limit)",
            in: tx)
        guard !items.isEmpty else { return }
        let readers: [ID<Account>]? = visibility.isOpen ? nil : []
        tx.announce(StreamEvent.deleted(items, author: try row.id("owner_id"), readers: readers))
    }

    /// All that an account put before its followers is about to be deleted: what apps show is among the newest.
    static func removingAll(by author: ID<Account>, in tx: Transaction) throws(DatabaseError) {
        let items: [ID<TimelineItem>] = try PostRow.ids(
            "SELECT e.id AS id FROM entry e WHERE e.account_id = \(author) ORDER BY e.id DESC LIMIT \(StreamEvent.limit)",
            in: tx)
        guard !items.isEmpty else { return }
        tx.announce(StreamEvent.deleted(items, author: author, readers: nil))
    }

    /// A boost or a share was taken back.
    static func removed(_ rows: [Row], by account: ID<Account>, in tx: Transaction) throws(DatabaseError) {
        var items: [ID<TimelineItem>] = []
        for row in rows.prefix(StreamEvent.limit) { items.append(try row.id("id")) }
        guard !items.isEmpty else { return }
        tx.announce(StreamEvent.deleted(items, author: account, readers: nil))
    }
}
