// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import Testing
import Vocabulary

/// The kinds of readers of an author's posts and events.
enum Reader: String, CaseIterable {
    case visitor, member, follower, wouldBeFollower, named, author, organizer
    case blocker, blockedFollower, blockedNamed
    /// These follow the author, but muted the author, blocked the author's host or muted the thread.
    case muter, hostMuter, threadMuter
    /// This one hides the group's boosts on the home timeline.
    case boostHider

    var followsAuthor: Bool {
        switch self {
        case .follower, .blockedFollower, .muter, .hostMuter, .threadMuter: true
        default: false
        }
    }

    var isNamed: Bool { self == .named || self == .blockedNamed }
    var isBlocked: Bool { self == .blocker || self == .blockedFollower || self == .blockedNamed }
}

/// The state of the author.
enum AuthorState: String, CaseIterable {
    case local, remote, limited, suspended, deleted, blockedHost

    var isShown: Bool { self == .local || self == .remote || self == .limited }
    var isListed: Bool { self == .local || self == .remote }
    var isRemote: Bool { self == .remote || self == .limited || self == .blockedHost }
}

/// A post or event that readers look at.
struct Seen: Sendable {
    enum Kind: String, CaseIterable {
        case post, event
    }

    var kind: Kind
    var visibility: Visibility
    var subject: TimelineItem.Subject
    /// The item itself, and the item of the group's boost or share.
    var item: ID<TimelineItem>
    var boost: ID<TimelineItem>
    /// For a post: a public reply, and a post that quotes it.
    var answer: Post?
    var quoting: ID<Post>?
    var post: Post?
    var event: Event?
}

/// An author with posts and events of every visibility, a group that boosts or shares all of them, and readers of every
/// kind. All readers follow the group, bookmark and favourite everything, and have a list with the author in it. So
/// only the rules can hide anything.
struct VisibilityCast: Sendable {
    let state: AuthorState
    let author: Account
    let group: Account
    let quoted: Post
    private(set) var people: [Reader: ID<Account>] = [:]
    private(set) var lists: [Reader: ID<AccountList>] = [:]
    private(set) var seen: [Seen] = []

    init(_ state: AuthorState, _ scene: Scene) async throws {
        self.state = state
        group = try await scene.account("cafe", kind: .group)
        author = try await scene.account("author", host: state.isRemote ? "far.example" : "")
        let friend = try await scene.account("friend")
        quoted = try await scene.post(by: friend)
        var accounts: [Reader: Account] = [.author: author]
        for reader in Reader.allCases where reader != .visitor && reader != .author {
            accounts[reader] = try await scene.account(reader.rawValue)
        }
        people = accounts.mapValues(\.id)
        try await relate(accounts, scene)
        for visibility in Visibility.allCases {
            seen.append(try await post(visibility, accounts, by: friend, scene))
            seen.append(try await event(visibility, accounts, scene))
        }
        try await keepAndList(scene)
        try await settle(scene)
    }

    private func relate(_ accounts: [Reader: Account], _ scene: Scene) async throws {
        for (reader, account) in accounts {
            try await scene.follow(group, by: account)
            if reader.followsAuthor { try await scene.follow(author, by: account) }
            if reader == .blockedFollower || reader == .blockedNamed { try await scene.block(account, by: author) }
            if reader == .blocker { try await scene.block(author, by: account) }
        }
        let (group, author, people) = (group.id, author.id, people)
        let activity = try scene.iri("follows")
        try await scene.db.write { tx in
            let hopeful = try #require(people[.wouldBeFollower])
            _ = try Follows.request(by: hopeful, of: author, activity: activity, at: Scene.start, in: tx)
            try Mutes.set(
                by: try #require(people[.muter]), target: author, hidesNotifications: false, until: nil,
                at: Scene.start, in: tx)
            try HostBlocks.add("far.example", by: try #require(people[.hostMuter]), mark: 1, at: Scene.start, in: tx)
            try Follows.tune(
                by: try #require(people[.boostHider]), of: group, showsBoosts: false, notifies: nil, in: tx)
        }
    }

    private func post(
        _ visibility: Visibility, _ accounts: [Reader: Account], by friend: Account, _ scene: Scene
    ) async throws -> Seen {
        var post = try scene.draft(by: author, visibility)
        post.group = group.id
        post.quote = Quote(iri: quoted.iri, post: quoted.id, state: .accepted)
        var parts = PostParts()
        parts.mentions = accounts.filter(\.key.isNamed).map(\.value.id)
        parts.hashtags = ["tag"]
        try await scene.store(post, parts)
        let boost: ID<Boost> = scene.id()
        let activity = try scene.iri("boosts")
        let answer = try await scene.post(by: friend, replyingTo: post)
        var quoting = try scene.draft(by: friend)
        quoting.quote = Quote(iri: post.iri, post: post.id, state: .accepted)
        try await scene.store(quoting)
        let (stored, group, muter) = (post, group.id, accounts[.threadMuter]?.id)
        try await scene.db.write { tx in
            _ = try Boosts.add(boost, account: group, post: stored.id, activity: activity, at: Scene.start, in: tx)
            try ThreadMutes.set(stored.thread, muted: true, by: try #require(muter), in: tx)
        }
        return Seen(
            kind: .post, visibility: visibility, subject: .post(post.id), item: ID(post.id.rawValue),
            boost: ID(boost.rawValue), answer: answer, quoting: quoting.id, post: post)
    }

    private func event(
        _ visibility: Visibility, _ accounts: [Reader: Account], _ scene: Scene
    ) async throws -> Seen {
        var event = try scene.eventDraft(by: author)
        event.visibility = visibility
        event.organizer = accounts[.organizer]?.id
        try await scene.store(event)
        for guest in accounts.filter(\.key.isNamed).values { try await scene.requestToJoin(guest, event) }
        let share: ID<TimelineItem> = scene.id()
        let activity = try scene.iri("shares")
        let (stored, group) = (event, group.id)
        try await scene.db.write { tx in
            _ = try EventShares.add(
                share, event: stored.id, account: group, activity: activity, at: Scene.start, in: tx)
        }
        return Seen(
            kind: .event, visibility: visibility, subject: .event(event.id), item: ID(event.id.rawValue), boost: share,
            event: event)
    }

    private mutating func keepAndList(_ scene: Scene) async throws {
        for reader in people.keys { lists[reader] = scene.id() }
        let (people, lists, seen, author) = (people, lists, seen, author.id)
        for (reader, person) in people {
            let like = try scene.iri("likes")
            try await scene.db.write { tx in
                let list = AccountList(id: try #require(lists[reader]), owner: person, title: "")
                try AccountLists.insert(list, in: tx)
                try AccountLists.addMember(author, to: list.id, in: tx)
                for one in seen {
                    let (mark, note): (ID<TimelineItem>, ID<Notification>) = (scene.id(), scene.id())
                    try Bookmarks.add(mark.rawValue, account: person, subject: one.subject, in: tx)
                    if let post = one.post {
                        try Likes.add(account: person, post: post.id, activity: like, at: Scene.start, in: tx)
                    } else if let event = one.event {
                        try Favourites.addEvent(mark.rawValue, account: person, event: event.id, in: tx)
                    }
                    try tx.run(
                        """
                        INSERT INTO notification (id, account_id, type, from_id, post_id, event_id, subject_id, group_key,
                            is_filtered, created_at)
                        VALUES (\(note), \(person), 'update', \(author), \(one.post?.id), \(one.event?.id), \(one.item),
                            'key', \(false), 0)
                        """)
                }
            }
        }
    }

    private func settle(_ scene: Scene) async throws {
        let author = author.id
        switch state {
        case .local, .remote: break
        case .limited: try await scene.decide(.limited, about: "far.example")
        case .blockedHost: try await scene.decide(.blocked, about: "far.example")
        case .suspended:
            try await scene.db.write { tx in try Accounts.suspend(author, at: Scene.start, in: tx) }
        case .deleted:
            try await scene.db.write { tx in
                try tx.run("UPDATE account SET deleted_at = 1 WHERE id = \(author)")
            }
        }
    }
}
