// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Federation
internal import Model
internal import Storage
internal import Vocabulary

/// A member before they are stored, with the keys that sign for them.
struct NewMember: Sendable {
    let local: LocalAccount
    let pair: KeyPair
}

// What the commands share that make a person, a group or the node's own actor.
extension Services {
    /// Makes the values of a new member; nothing is stored yet.
    func prepare(_ signUp: SignUp, role: Role, isApproved: Bool) throws -> NewMember {
        let name = signUp.name.trimmed.lowercased()
        var account = newAccount(.person, name: name, iri: identifiers.person(name))
        account.displayName = signUp.displayName.trimmed
        let hash = signUp.password.isEmpty ? nil : try secrets.hashPassword(signUp.password)
        let email = signUp.email.trimmed
        let local = LocalAccount(
            account: account, email: email.isEmpty ? nil : email, passwordHash: hash, role: role,
            language: signUp.language, approvedAt: isApproved ? now() : nil)
        return NewMember(local: local, pair: try secrets.makeKeyPair())
    }

    /// Stores a new member, when name and address are free.
    func insert(_ made: NewMember, note: String, in tx: Transaction) throws {
        let local = made.local
        var check = Check()
        check.require(try isFree(local.account.username, in: tx), "name", "taken")
        if let email = local.email {
            check.require(try LocalAccounts.byEmail(email.lowercased(), in: tx) == nil, "email", "taken")
        }
        try check.finish()
        try insert(local.account, summarySource: nil, pair: made.pair, in: tx)
        try LocalAccounts.insert(local, signUpNote: note, in: tx)
        if local.approvedAt != nil { try joinWelcomeGroup(local.account, in: tx) }
    }

    /// Everybody who is let in belongs to the group that the node names; one may leave it like any other.
    func joinWelcomeGroup(_ person: Account, in tx: Transaction) throws {
        guard let name = community.welcomeGroup,
            let group = try Accounts.byHandle(Handle(name: name, host: ""), in: tx), group.isGroup
        else { return }
        try outbox.follow(group, by: person, in: tx)
        _ = try Follows.setState(.accepted, by: person.id, of: group.id, in: tx)
    }

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
