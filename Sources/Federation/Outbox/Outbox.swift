// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model
internal import Storage
internal import Vocabulary

/// Says things in the name of local accounts, inside the caller's transaction: the fact, the exact text and its
/// deliveries commit together, or none does.
public struct Outbox: Sendable {
    /// Our ids on the wire.
    public let identifiers: LocalIdentifiers
    let community: Community
    let ids: IDMaker
    let clock: any Clock

    func newActivityID() -> ID<SentActivity> { ids.make(at: clock.now) }

    /// A place at the end of every queue.
    func newRank() -> Int64 { (ids.make(at: clock.now) as ID<Guest>).rawValue }

    /// Stores an activity and queues its deliveries.
    @discardableResult
    func say(
        _ saying: Saying, id: ID<SentActivity>? = nil, to recipients: [Recipient], in tx: Transaction
    ) throws(DatabaseError) -> SentActivity {
        let id = id ?? newActivityID()
        let now = clock.now
        let iri = identifiers.activity(id)
        let body = saying.document(id: iri, at: now)
        let activity = SentActivity(
            id: id, iri: iri, actor: saying.actor.id, type: saying.type, object: saying.about,
            body: String(decoding: body.serialized(), as: UTF8.self), isPublic: saying.isPublic, createdAt: now)
        try OutboxQueue.insert(activity, in: tx)
        let inboxes = try DeliveryTargets.inboxes(for: recipients, in: tx)
        guard !inboxes.isEmpty else { return activity }
        try OutboxQueue.deliver(activity, to: inboxes, ids: ids, in: tx)
        tx.announce(.deliveriesWait)
        return activity
    }

    /// Where what one does with a post has to be known: at its author's, and at its group's when that is elsewhere.
    func homes(of post: Post, in tx: Transaction) throws(DatabaseError) -> [Recipient] {
        let people = [post.author, post.group].compactMap { $0 }
        let accounts = try Accounts.byIDs(people, in: tx)
        return people.compactMap { accounts[$0] }.map { .account($0) }
    }
}

/// An activity before it has an id.
struct Saying: Sendable {
    let type: String
    let actor: Account
    let object: JSON
    /// What it is about: deliveries about one thing keep their order.
    let about: IRI?
    var to: [IRI]
    var cc: [IRI]
    /// The group in which it is said.
    var audience: IRI?
    /// Words that go with it.
    var content: String?
    /// By what means it is done.
    var instrument: JSON?
    /// What comes of it.
    var result: JSON?
    /// Whether it carries terms beyond ActivityStreams.
    var needsFullContext = false

    init(_ type: String, by actor: Account, object: JSON, about: IRI?, to: [IRI], cc: [IRI] = []) {
        self.type = type
        self.actor = actor
        self.object = object
        self.about = about
        self.to = to
        self.cc = cc
    }

    /// Whether strangers may read it: in the outbox, and by its id.
    var isPublic: Bool { to.contains(.asPublic) || cc.contains(.asPublic) }

    func document(id: IRI, at now: Timestamp) -> JSON {
        JSON.object(droppingNil: [
            ("@context", needsFullContext ? Contexts.full : Contexts.activity),
            ("id", .string(id.string)),
            ("type", .string(type)),
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
