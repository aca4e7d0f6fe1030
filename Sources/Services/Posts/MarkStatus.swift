// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Federation
public import Model
internal import Storage

// A status of the client API shows a post or an event; what one does with it is the same in the app.
extension Services {
    /// Thanks for a post, or says that one is interested in an event.
    public func favourite(_ subject: Entry.Subject, as person: ID<Account>) async throws {
        switch subject {
        case .post(let post): try await likePost(post, as: person)
        case .event(let event):
            try await database.write { tx in
                _ = try actor(person, in: tx)
                let mark: ID<Entry> = ids.make(at: now())
                let isNew = try Favourites.addEvent(mark.rawValue, account: person, event: event, in: tx)
                guard isNew, let event = try Events.byID(event, in: tx), event.isLocal else { return }
                try outbox.notify(.favourite(of: event, by: person), in: tx)
            }
        }
    }

    /// Takes that back; from an event also the seat or the place in the queue.
    public func unfavourite(_ subject: Entry.Subject, as person: ID<Account>) async throws {
        switch subject {
        case .post(let post): try await unlikePost(post, as: person)
        case .event(let event):
            try await database.write { tx in try Favourites.removeEvent(account: person, event: event, in: tx) }
            if try await isMember(person) { try await leaveEvent(event, as: person) }
        }
    }

    /// Whether somebody is a person, who can have a seat; a group cannot.
    private func isMember(_ account: ID<Account>) async throws -> Bool {
        try await database.read { db in try LocalAccounts.byID(account, in: db) != nil }
    }

    /// Keeps a post or an event for later.
    public func bookmark(_ subject: Entry.Subject, as person: ID<Account>) async throws {
        try await database.write { tx in
            _ = try actor(person, in: tx)
            let mark: ID<Entry> = ids.make(at: now())
            try Bookmarks.add(mark.rawValue, account: person, subject: subject, in: tx)
        }
    }

    /// Keeps it no more.
    public func unbookmark(_ subject: Entry.Subject, as person: ID<Account>) async throws {
        try await database.write { tx in try Bookmarks.remove(account: person, subject: subject, in: tx) }
    }

    /// Wants to hear no more of a thread, or again.
    public func muteThread(_ subject: Entry.Subject, _ isMuted: Bool, as person: ID<Account>) async throws {
        guard case .post(let id) = subject else { return }
        try await database.write { tx in
            _ = try actor(person, in: tx)
            guard let post = try Posts.byID(id, in: tx) else { throw ServiceError.notFound }
            try ThreadMutes.set(post.thread, muted: isMuted, by: person, in: tx)
        }
    }

    /// Shows one's own post first on one's profile, or no longer: five at the most, no letters.
    public func pin(_ subject: Entry.Subject, _ isPinned: Bool, as person: ID<Account>) async throws {
        guard case .post(let id) = subject else { throw ServiceError.notAllowed }
        try await database.write { tx in
            let account = try actor(person, in: tx)
            guard let post = try Posts.byID(id, in: tx), post.author == account.id else { throw ServiceError.notFound }
            guard isPinned else { return try Pins.remove(post: id, account: person, in: tx) }
            guard post.visibility != .direct else { throw ServiceError.conflict("direct_posts_cannot_be_pinned") }
            guard try Pins.list(of: person, in: tx).filter({ $0 != id }).count < 5 else {
                throw ServiceError.conflict("too_many_pins")
            }
            try Pins.add(post: id, account: person, at: now(), in: tx)
        }
    }
}
