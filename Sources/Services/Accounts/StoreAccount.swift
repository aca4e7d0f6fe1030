// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Federation
internal import Model
internal import Storage
internal import Vocabulary

/// A member that is not stored yet, with the key pair that signs their activities.
struct NewMember: Sendable {
    let local: LocalAccount
    let pair: KeyPair
}

// Functions that the commands share which create a person, a group or the node's own actor.
extension Services {
    /// Makes the values of a new member without storing them.
    func prepare(_ signUp: SignUp, role: Role, isApproved: Bool) async throws -> NewMember {
        let name = signUp.name.trimmed.lowercased()
        var account = newAccount(.person, name: name, iri: identifiers.person(name))
        account.displayName = signUp.displayName.trimmed
        let hash = signUp.password.isEmpty ? nil : try await secrets.hashPassword(signUp.password)
        let email = MailAddress.canonical(signUp.email.trimmed)
        let local = LocalAccount(
            account: account, email: email.isEmpty ? nil : email, passwordHash: hash, role: role,
            language: signUp.language, approvedAt: isApproved ? now() : nil)
        return NewMember(local: local, pair: try await secrets.makeKeyPair())
    }

    /// Stores a new member when the name and the e-mail address are free.
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

    /// Makes an approved member follow the welcome group of the settings. The member may leave it like any other group.
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

    /// Stores something with a unique name. When another transaction takes the name at the same time, the body runs a
    /// second time. It then finds the other row and reports the conflict.
    func storeUnique<T: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> T) async throws -> T {
        do {
            return try await database.write(body)
        } catch let error as DatabaseError where error.kind == .uniqueViolation {
            return try await database.write(body)
        }
    }

    /// Checks that no person or group has the name. The name of a deleted account is not free either.
    func requireFree(_ name: String, in db: some Queryable) throws {
        guard try isFree(name, in: db) else { throw ServiceError.invalid("name", "taken") }
    }

    func isFree(_ name: String, in db: some Queryable) throws -> Bool {
        try Accounts.byHandle(Handle(name: name, host: ""), in: db) == nil
    }
}
