// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Federation
internal import Markup
public import Model
internal import Storage
internal import Vocabulary

/// A group before it is one.
public struct GroupDraft: Sendable, Hashable {
    /// The name in its address.
    public var name: String
    /// What it is called.
    public var title: String
    /// What it is about: plain text.
    public var summary = ""
    /// Whether a follow waits for an answer.
    public var approvesFollowers = false

    /// Creates the value.
    public init(name: String, title: String) {
        self.name = name
        self.title = title
    }
}

extension Services {
    /// Founds a group. Whoever founds it runs it and follows it.
    ///
    /// - Parameter founder: nil when the operator does it from the command line.
    @discardableResult
    public func createGroup(_ draft: GroupDraft, as founder: ID<Account>?) async throws -> Account {
        let name = draft.name.trimmed.lowercased()
        var check = Check()
        check.require(!LocalName.reserved.contains(name), "name", "reserved")
        check.require(LocalName.isAllowed(name), "name", "not_a_name")
        check.text(draft.title, "title", limit: PostLimits.title)
        check.text(draft.summary, "summary", limit: 2_000, isNeeded: false)
        try check.finish()
        let pair = try secrets.makeKeyPair()
        return try await storeUnique { tx in
            if let founder {
                guard try member(founder, in: tx).role >= .moderator else { throw ServiceError.notAllowed }
            }
            try requireFree(name, in: tx)
            var group = newAccount(.group, name: name, iri: identifiers.group(name))
            group.displayName = draft.title.trimmed
            group.approvesFollowers = draft.approvesFollowers
            group.discoverable = true
            group.indexable = true
            let summary = draft.summary.trimmed
            group.summary = compose(summary, known: [:]).html
            try insert(group, summarySource: summary, pair: pair, in: tx)
            if let founder {
                try GroupRoles.set(.moderator, group: group.id, account: founder, in: tx)
                let person = try actor(founder, in: tx)
                try outbox.follow(group, by: person, in: tx)
                _ = try Follows.setState(.accepted, by: founder, of: group.id, in: tx)
            }
            return group
        }
    }

    /// Makes what every node has: the actor that signs fetches, the main group and the agenda. Doing it again changes
    /// nothing.
    public func prepareNode() async throws {
        let isReady = try await database.read { db in
            try Accounts.byIRI(identifiers.instanceActor, in: db) != nil
                && Accounts.byHandle(Handle(name: Community.agendaGroup, host: ""), in: db) != nil
        }
        // Keys are dear to make; most starts need none.
        if isReady { return }
        let pairs = try (0..<3).map { _ in try secrets.makeKeyPair() }
        try await storeUnique { tx in
            if try Accounts.byIRI(identifiers.instanceActor, in: tx) == nil {
                // The node is called like its host; a port, which only tests have, cannot stand in a name.
                let name = String(community.origin.authority.map { $0 == ":" ? "-" : $0 })
                var node = newAccount(.application, name: name, iri: identifiers.instanceActor)
                node.displayName = community.name
                node.approvesFollowers = true
                try insert(node, summarySource: nil, pair: pairs[0], in: tx)
            }
            let groups = [(Community.mainGroup, community.name), (Community.agendaGroup, "\(community.name) · Agenda")]
            for ((name, title), pair) in zip(groups, pairs[1...]) {
                guard try Accounts.byHandle(Handle(name: name, host: ""), in: tx) == nil else { continue }
                var group = newAccount(.group, name: name, iri: identifiers.group(name))
                group.displayName = title
                group.discoverable = true
                group.indexable = true
                group.indexable = true
                group.summary = compose(community.tagline, known: [:]).html
                try insert(group, summarySource: community.tagline, pair: pair, in: tx)
            }
        }
    }

    /// Changes what a group says of itself.
    public func editGroup(_ id: ID<Account>, title: String, summary: String, as person: ID<Account>) async throws {
        var check = Check()
        check.text(title, "title", limit: PostLimits.title)
        check.text(summary, "summary", limit: 2_000, isNeeded: false)
        try check.finish()
        try await database.write { tx in
            guard var group = try Accounts.byID(id, in: tx), group.isLocal, group.isGroup else {
                throw ServiceError.notFound
            }
            guard try mayRun(id, person, in: tx) else { throw ServiceError.notAllowed }
            group.displayName = title.trimmed
            group.summary = compose(summary.trimmed, known: [:]).html
            try Accounts.update(group, summarySource: summary.trimmed, at: now(), in: tx)
            try outbox.update(group, in: tx)
            tx.announce(.settingsChanged)
        }
    }

    // MARK: - Making accounts

    func newAccount(_ kind: Account.Kind, name: String, iri: IRI) -> Account {
        var account = Account(id: ids.make(at: now()), kind: kind, username: name, host: "", iri: iri, createdAt: now())
        account.url = iri
        account.inbox = identifiers.inbox(of: iri)
        account.outbox = identifiers.outbox(of: iri)
        account.followers = identifiers.followers(of: iri)
        account.sharedInbox = identifiers.sharedInbox
        return account
    }

    func insert(_ account: Account, summarySource: String?, pair: KeyPair, in tx: Transaction) throws {
        try Accounts.insert(account, summarySource: summarySource, in: tx)
        try Keys.insertLocal(
            keyID: identifiers.keyID(of: account.iri).string, account: account.id, pair: pair, at: now(), in: tx)
        tx.announce(.settingsChanged)
    }

    /// Stores what bears a name that nobody else may bear. When somebody else took it at the same moment, the body runs
    /// again: it then sees the other, and says so.
    func storeUnique<T: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> T) async throws -> T {
        do {
            return try await database.write(body)
        } catch let error as DatabaseError where error.kind == .uniqueViolation {
            return try await database.write(body)
        }
    }

    /// A name is given once, to a person or a group, and never again: also not after it was deleted.
    func requireFree(_ name: String, in db: some Queryable) throws {
        guard try isFree(name, in: db) else { throw ServiceError.invalid("name", "taken") }
    }

    func isFree(_ name: String, in db: some Queryable) throws -> Bool {
        try Accounts.byHandle(Handle(name: name, host: ""), in: db) == nil
    }
}
