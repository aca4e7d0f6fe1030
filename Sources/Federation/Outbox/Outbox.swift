// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model
internal import Storage
internal import Vocabulary

/// The kinds of activity that a local actor can send.
///
/// Each line names the activity and the methods of ``Outbox`` that send it. The comment above names the file of these
/// methods; the same file handles the activity when it is received. A new activity needs a line here, a method there,
/// and an example in `federation-specs/outbound`.
enum OutgoingKind: String, CaseIterable, Sendable {
    // Activities/Follow.swift
    case follow = "Follow"  // outbox.follow
    case undoFollow = "Undo Follow"  // outbox.unfollow
    case acceptFollow = "Accept Follow"  // outbox.accept
    case rejectFollow = "Reject Follow"  // outbox.reject; outbox.removeFollower in Block.swift
    // Activities/Create.swift
    case createPost = "Create Note"  // outbox.publish(post)
    case createEvent = "Create Event"  // outbox.publish(event)
    case announceEvent = "Announce Event"  // outbox.publish(event); outbox.boost in Announce.swift
    // Activities/Vote.swift
    case createVote = "Create Vote"  // outbox.vote
    // Activities/Update.swift
    case updatePost = "Update Note"  // outbox.update(post); outbox.tellCounts in Vote.swift
    case updateEvent = "Update Event"  // outbox.update(event)
    case updateActor = "Update Actor"  // outbox.update(account)
    // Activities/Delete.swift
    case deletePost = "Delete Note"  // outbox.delete(post)
    case deleteActor = "Delete Actor"  // outbox.delete(account)
    // Activities/Like.swift
    case like = "Like"  // outbox.like(post), outbox.like(event)
    case undoLike = "Undo Like"  // outbox.unlike(post), outbox.unlike(event)
    // Activities/Announce.swift
    case announcePost = "Announce Note"  // outbox.boost
    case undoAnnounce = "Undo Announce"  // outbox.unboost(post), outbox.unboost(event)
    // Outbox/Relay.swift
    case announceActivity = "Announce Activity"  // outbox.relay
    // Activities/QuoteRequest.swift
    case quoteRequest = "QuoteRequest"  // outbox.askToQuote
    case acceptQuoteRequest = "Accept QuoteRequest"  // outbox.answer(request)
    case rejectQuoteRequest = "Reject QuoteRequest"  // outbox.answer(request)
    case deleteQuoteAuthorization = "Delete QuoteAuthorization"  // outbox.revoke
    // Activities/Join.swift
    case join = "Join"  // outbox.join
    case acceptJoin = "Accept Join"  // outbox.answer(join), outbox.promote
    case tentativeAcceptJoin = "TentativeAccept Join"  // outbox.answer(join)
    case rejectJoin = "Reject Join"  // outbox.answer(join)
    // Activities/Leave.swift
    case leave = "Leave"  // outbox.leave
    // Activities/Block.swift
    case block = "Block"  // outbox.block
    case undoBlock = "Undo Block"  // outbox.unblock
    // Activities/Flag.swift
    case flag = "Flag"  // outbox.flag

    /// The ActivityStreams name in `type`.
    var type: String { String(rawValue.prefix { $0 != " " }) }
}

/// Sends activities of local accounts inside the caller's transaction. The change, the text of the activity and its
/// deliveries are committed together, or none of them is.
///
/// ``OutgoingKind`` lists the activities and the file of each method. Every activity is sent through `enqueue`.
public struct Outbox: Sendable {
    /// The ids of local actors and objects.
    public let identifiers: LocalIdentifiers
    let community: Community
    let ids: IDMaker
    let clock: any Clock

    func newActivityID() -> ID<SentActivity> { ids.make(at: clock.now) }

    /// A rank at the end of every waiting list.
    func newRank() -> Int64 { (ids.make(at: clock.now) as ID<Guest>).rawValue }
}

/// The receivers of an activity.
enum Recipient: Sendable {
    /// One account. It gets the activity in its own inbox, never in a shared inbox.
    case account(Account)
    /// All followers of an account: one POST for each host that offers a shared inbox.
    case followers(of: ID<Account>)
    /// All servers that may have a post of ours, see `OutboxQueue.readerInboxes`.
    case readers(of: ID<Post>)
    /// All guests of an event, and all accounts on its waiting list.
    case guests(of: ID<Event>)
}

/// An activity that will be sent. ``Outbox`` creates one with a new number.
struct OutgoingActivity: Sendable {
    let kind: OutgoingKind
    let id: ID<SentActivity>
    let actor: Account
    let object: JSON
    /// The object of the activity. Deliveries about the same object keep their order.
    let about: IRI?
    var to: [IRI]
    var cc: [IRI] = []
    /// The accounts to whose inboxes the activity is delivered.
    var recipients: [Recipient]
    /// The group in which the activity happens.
    var audience: IRI?
    /// The text of the activity.
    var content: String?
    /// The `instrument` of the activity: the means by which it is done.
    var instrument: JSON?
    /// The `result` of the activity.
    var result: JSON?
    /// Whether the activity uses terms that are not in ActivityStreams, and needs the full `@context`.
    var needsFullContext = false

    /// Whether the activity is public: it appears in the outbox and can be fetched by its id.
    var isPublic: Bool { to.contains(.asPublic) || cc.contains(.asPublic) }

    /// The smallest context that has the terms of the object. A group relays the activity with it, so its size counts.
    private var context: JSON {
        switch object["type"]?.string {
        case "Note", "Question": Contexts.note
        case "Event": Contexts.event
        default: Contexts.full
        }
    }

    func document(id: IRI, at now: Timestamp) -> JSON {
        JSON.object(droppingNil: [
            ("@context", needsFullContext ? context : Contexts.activity),
            ("id", .string(id.string)),
            ("type", .string(kind.type)),
            ("actor", .string(actor.iri.string)),
            ("published", .string(now.description)),
            ("to", .array(to.map { .string($0.string) })),
            ("cc", .array(cc.map { .string($0.string) })),
            ("audience", audience.map { .string($0.string) }),
            ("content", content.map { .string($0) }),
            ("object", object),
            ("instrument", instrument),
            ("result", result),
        ])
    }
}

// MARK: - Making an activity

extension Outbox {
    /// Creates an activity for the receivers in its audience.
    ///
    /// - Parameters:
    ///   - id: the number of the activity, when the stored row refers to it.
    ///   - about: deliveries about the same object keep their order.
    func activity(
        _ kind: OutgoingKind, _ id: ID<SentActivity>? = nil, by actor: Account, object: JSON, about: IRI?, to: [IRI],
        for recipients: [Recipient]
    ) -> OutgoingActivity {
        OutgoingActivity(
            kind: kind, id: id ?? newActivityID(), actor: actor, object: object, about: about, to: to,
            recipients: recipients)
    }

    /// Creates an activity for one account.
    func activity(
        _ kind: OutgoingKind, _ id: ID<SentActivity>? = nil, by actor: Account, object: JSON, about: IRI?,
        to account: Account
    ) -> OutgoingActivity {
        activity(kind, id, by: actor, object: object, about: about, to: [account.iri], for: [.account(account)])
    }
}

// MARK: - Enqueueing

extension Outbox {
    /// Stores an activity and queues its deliveries.
    ///
    /// - Returns: the exact document, for the group that relays it.
    @discardableResult
    func enqueue(
        _ outgoing: OutgoingActivity, followers: [ID<Account>: [IRI]] = [:], in tx: Transaction
    ) throws(DatabaseError) -> JSON {
        try enqueue([outgoing], followers: followers, in: tx).first ?? .null
    }

    /// Stores activities in their order and queues their deliveries. The inboxes of each account's followers are read
    /// once, even when several activities go there.
    ///
    /// - Parameter followers: the inboxes of the followers of some accounts, when they were read before.
    @discardableResult
    func enqueue(
        _ outgoing: [OutgoingActivity], followers: [ID<Account>: [IRI]] = [:], in tx: Transaction
    ) throws(DatabaseError) -> [JSON] {
        var inboxes = Inboxes(followers: followers)
        var documents: [JSON] = []
        var deliveries: [(activity: SentActivity, inboxes: [IRI])] = []
        for item in outgoing {
            let document = item.document(id: identifiers.activity(item.id), at: clock.now)
            let activity = SentActivity(
                id: item.id, iri: identifiers.activity(item.id), actor: item.actor.id, type: item.kind.type,
                object: item.about, body: String(decoding: document.serialized(), as: UTF8.self),
                isPublic: item.isPublic, createdAt: clock.now)
            try OutboxQueue.insert(activity, in: tx)
            documents.append(document)
            deliveries.append((activity, try inboxes.of(item.recipients, in: tx)))
        }
        guard deliveries.contains(where: { !$0.inboxes.isEmpty }) else { return documents }
        try OutboxQueue.deliver(deliveries, ids: ids, in: tx)
        tx.announce(.deliveriesWait)
        return documents
    }

    /// Queues further deliveries of a stored activity.
    func deliver(_ activity: SentActivity, to inboxes: [IRI], in tx: Transaction) throws(DatabaseError) {
        try OutboxQueue.deliver(activity, to: inboxes, ids: ids, in: tx)
        tx.announce(.deliveriesWait)
    }

    /// The receivers of an interaction with a post: its author, and its group when the group is remote.
    func deliveryTargets(of post: Post, in tx: Transaction) throws(DatabaseError) -> [Recipient] {
        let people = [post.author, post.group].compactMap { $0 }
        let accounts = try Accounts.byIDs(people, in: tx)
        return people.compactMap { accounts[$0] }.map { .account($0) }
    }
}

/// The inboxes of all receivers, each once. A shared inbox replaces the inboxes of its host.
private struct Inboxes {
    private var followers: [ID<Account>: [IRI]]

    init(followers: [ID<Account>: [IRI]]) {
        self.followers = followers
    }

    mutating func of(_ recipients: [Recipient], in tx: Transaction) throws(DatabaseError) -> [IRI] {
        var inboxes: [IRI] = []
        var known: Set<IRI> = []
        func add(_ inbox: IRI) {
            if known.insert(inbox).inserted { inboxes.append(inbox) }
        }
        for recipient in recipients {
            switch recipient {
            case .followers(let account): for inbox in try followers(of: account, in: tx) { add(inbox) }
            case .readers(let post): for inbox in try OutboxQueue.readerInboxes(of: post, in: tx) { add(inbox) }
            default: continue
            }
        }
        for recipient in recipients {
            switch recipient {
            case .followers, .readers: continue
            case .account(let account):
                guard !account.isLocal, account.isActive, let inbox = account.inbox else { continue }
                // This account is reached through the shared inbox, which gets the activity anyway.
                if let shared = account.sharedInbox, known.contains(shared) { continue }
                add(inbox)
            case .guests(let event):
                for inbox in try OutboxQueue.guestInboxes(of: event, in: tx) { add(inbox) }
            }
        }
        return inboxes
    }

    private mutating func followers(of account: ID<Account>, in tx: Transaction) throws(DatabaseError) -> [IRI] {
        if let known = followers[account] { return known }
        let found = try OutboxQueue.followerInboxes(of: account, in: tx)
        followers[account] = found
        return found
    }
}
