// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
public import Storage

// People of this node are told of what happened in the transaction that stores it, whether it was done here or came
// from another node.
extension Outbox {
    /// Tells those whom it concerns.
    public func notify(_ new: NewNotification, in tx: Transaction) throws(DatabaseError) {
        try Notifications.add(new, at: clock.now, ids: ids, in: tx)
    }

    /// Tells of a post that was just stored, also whom it quotes with their consent.
    func notify(posted post: Post, in tx: Transaction) throws(DatabaseError) {
        let parent = try post.inReplyTo.flatMap { id throws(DatabaseError) in try Posts.byID(id, in: tx) }
        try notify(posted: post, replyingTo: parent?.author, in: tx)
    }

    /// The same for a caller that knows the author of the parent post.
    ///
    /// - Parameter answered: the author of the parent post; nil when the post is no reply to a stored post.
    func notify(posted post: Post, replyingTo answered: ID<Account>?, in tx: Transaction) throws(DatabaseError) {
        try Notifications.posted(post, replyingTo: answered, at: clock.now, ids: ids, in: tx)
        guard let quote = post.quote, quote.state == .accepted, let id = quote.post,
            let quoted = try Posts.byID(id, in: tx)
        else { return }
        try notify(.quote(of: quoted.author, in: post), in: tx)
    }

    /// Tells of a post that was changed.
    func notify(edited post: Post, named: [ID<Account>], in tx: Transaction) throws(DatabaseError) {
        try Notifications.edited(post, named: named, at: clock.now, ids: ids, in: tx)
    }

    /// Tells of an event that was just stored.
    func notify(planned event: Event, in tx: Transaction) throws(DatabaseError) {
        guard event.visibility >= .followers else { return }
        try notify(.status(event), in: tx)
    }

    /// Tells those who answered to an event, when they have to be elsewhere or at another time.
    public func notify(
        changed event: Event, from known: Event, by person: ID<Account>? = nil, in tx: Transaction
    ) throws(DatabaseError) {
        guard event.movesGuests(of: known) else { return }
        try notify(.update(of: event, by: person), in: tx)
    }
}

extension Event {
    /// Whether somebody who counts on the event as it was has to know.
    func movesGuests(of known: Event) -> Bool {
        startsAt != known.startsAt || endsAt != known.endsAt || timeZone != known.timeZone || place != known.place
            || onlineURL != known.onlineURL || status != known.status
    }
}
