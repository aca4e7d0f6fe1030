// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
public import Storage

// People of this node are told of what happened in the transaction that stores it, whether it was done here or came
// from another node.
extension Outbox {
    /// Stores a notification for the accounts that it concerns.
    public func notify(_ new: NewNotification, in tx: Transaction) throws(DatabaseError) {
        try Notifications.add(new, at: clock.now, ids: ids, in: tx)
    }

    /// Notifies the author of a post about a favourite from another node.
    func notify(_ like: ArrivedLike, in tx: Transaction) throws(DatabaseError) {
        try Notifications.favoured(like, at: clock.now, ids: ids, in: tx)
    }

    /// Notifies local accounts about a new post. The author of a quoted post is notified when the quote is approved.
    func notify(posted post: Post, in tx: Transaction) throws(DatabaseError) {
        let parent = try post.inReplyTo.flatMap { id throws(DatabaseError) in try Posts.byID(id, in: tx) }
        try notify(
            posted: post, to: try PostAudience.of(post, replyingTo: parent?.author, at: clock.now, in: tx), in: tx)
    }

    /// The same for a caller that has already asked whom the post concerns.
    func notify(posted post: Post, to audience: PostAudience, in tx: Transaction) throws(DatabaseError) {
        try Notifications.posted(post, to: audience, at: clock.now, ids: ids, in: tx)
        guard let quote = post.quote, quote.state == .accepted, let id = quote.post,
            let quoted = try Posts.byID(id, in: tx)
        else { return }
        try notify(.quote(of: quoted.author, in: post), in: tx)
    }

    /// Notifies local accounts about an edited post.
    func notify(edited post: Post, named: [ID<Account>], in tx: Transaction) throws(DatabaseError) {
        try Notifications.edited(post, named: named, at: clock.now, ids: ids, in: tx)
    }

    /// Notifies an account of a new follower or of a request. Those who run a group hear of the requests to enter it.
    func notify(follow target: Account, by follower: ID<Account>, in tx: Transaction) throws(DatabaseError) {
        try notify(.follow(of: target, by: follower), in: tx)
        guard target.isLocal, target.isGroup, target.approvesFollowers else { return }
        try notify(.groupRequest(of: target, by: follower), in: tx)
    }

    /// Notifies local accounts about a new event.
    func notify(planned event: Event, in tx: Transaction) throws(DatabaseError) {
        guard event.visibility >= .followers else { return }
        try notify(.status(event), in: tx)
    }

    /// Notifies the guests of an event when its time, its place, its online address or its status has changed.
    public func notify(
        changed event: Event, from known: Event, by person: ID<Account>? = nil, in tx: Transaction
    ) throws(DatabaseError) {
        guard event.movesGuests(of: known) else { return }
        try notify(.update(of: event, by: person), in: tx)
    }
}

extension Outbox {
    /// Tells the member who organizes a local event of a change of its guest list: who comes, waits or does not come any
    /// more, and that the last seat is taken. What was told of the guest before is taken back.
    public func tellOrganizer(
        of event: Event, that guest: ID<Account>, is state: Guest.State, in tx: Transaction
    ) throws(DatabaseError) {
        guard event.isLocal, event.organizer != nil else { return }
        let told: Storage.Notification.Kind
        switch state {
        case .going: told = .join
        case .waiting: told = .wait
        case .cancelled, .declined: told = .leave
        case .asked: return
        }
        for kind: Storage.Notification.Kind in [.join, .wait, .leave] where kind != told {
            try Notifications.remove(kind, from: guest, about: .event(event.id), in: tx)
        }
        try notify(.guests(told, of: event, by: guest), in: tx)
        guard told == .join, let capacity = event.capacity,
            try GuestLists.counts(event.id, in: tx).going == capacity
        else { return }
        try notify(.guests(.full, of: event, by: event.owner), in: tx)
    }
}

extension Event {
    /// Whether the change concerns the guests of the event as it was before.
    func movesGuests(of known: Event) -> Bool {
        startsAt != known.startsAt || endsAt != known.endsAt || timeZone != known.timeZone || place != known.place
            || onlineURL != known.onlineURL || status != known.status
    }
}
