// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Federation
public import Model
public import Storage

/// What somebody says who wants to become a member.
public struct SignUp: Sendable, Hashable {
    /// The name in the address, for ever.
    public var name: String
    /// What people call them.
    public var displayName = ""
    /// Where sign-in links go.
    public var email: String
    /// Empty to sign in by link alone.
    public var password = ""
    /// A few words to the stewards.
    public var note = ""
    /// `fr` or `en`.
    public var language: String?
    /// An invitation's token, where one is needed.
    public var invitation: String?
    /// Whether signing in by link alone will not do.
    public var needsPassword = false
    /// Whether the person says yes to the rules.
    public var agrees = true

    /// Creates the value.
    public init(name: String, email: String) {
        self.name = name
        self.email = email
    }
}

extension Services {
    /// Becomes a member, or asks to.
    ///
    /// - Parameter address: from where it is asked, for the limit of attempts; nil when that does not count.
    /// - Returns: whether the person may sign in at once; otherwise a steward decides.
    public func register(_ signUp: SignUp, from address: String? = nil) async throws -> Bool {
        try await enrol(signUp, from: address).isWelcome
    }

    /// Becomes a member through an app, or asks to.
    ///
    /// - Parameters:
    ///   - app: through which.
    ///   - scopes: what the app may then do.
    /// Apps tell people to look into their mailbox: who has to wait finds a letter there that says so.
    ///
    /// - Returns: the token with which the app acts for the person; while a steward has not decided, it may do nothing.
    public func register(
        _ signUp: SignUp, through app: ID<ClientApp>?, _ scopes: Scopes, from address: String?
    ) async throws -> GivenToken {
        var signUp = signUp
        signUp.needsPassword = true
        let person = try await enrol(signUp, from: address, sendsLetter: true).person
        let token = try await makeToken(scopes, app: app, account: person, person: person)
        return GivenToken(token: token, scopes: scopes, createdAt: now())
    }

    private func enrol(
        _ signUp: SignUp, from address: String?, sendsLetter: Bool = false
    ) async throws -> (person: ID<Account>, isWelcome: Bool) {
        guard community.registration != .closed else { throw ServiceError.conflict("registration_closed") }
        try Self.check(signUp)
        if let address { try await attempts.take("register:\(address)", at: now()) }
        let token = signUp.invitation?.trimmed ?? ""
        let isWelcome = community.registration != .approval
        let made = try prepare(signUp, role: .member, isApproved: isWelcome)
        try await storeUnique { tx in
            if community.registration == .invitation {
                let digest = secrets.digest(Array(token.utf8))
                guard try Invitations.use(digest, at: now(), in: tx) else {
                    throw ServiceError.invalid("invitation", "not_valid")
                }
            }
            try insert(made, note: signUp.note.trimmed, in: tx)
            if sendsLetter, !isWelcome, let email = made.local.email {
                try enqueue(.waiting, to: email, language: made.local.language, in: tx)
            }
            try outbox.notify(.signUp(made.local.account.id), in: tx)
        }
        return (made.local.account.id, isWelcome)
    }

    /// Makes a member from the command line; nobody has to approve.
    @discardableResult
    public func createAccount(_ signUp: SignUp, role: Role) async throws -> Account {
        var check = Check()
        let email = signUp.email.trimmed
        check.require(LocalName.isAllowed(signUp.name.trimmed.lowercased()), "name", "not_a_name")
        check.require(email.isEmpty || Self.isAddress(email), "email", "not_an_address")
        check.require(Self.isInterfaceLanguage(signUp.language), "language", "not_a_language")
        try check.finish()
        let made = try prepare(signUp, role: role, isApproved: true)
        try await storeUnique { tx in try insert(made, note: "", in: tx) }
        return made.local.account
    }

    /// Lets somebody in who asked.
    public func approveSignUp(_ id: ID<Account>, as steward: ID<Account>?) async throws {
        try await database.write { tx in
            if let steward {
                guard try member(steward, in: tx).role >= .moderator else { throw ServiceError.notAllowed }
            }
            guard let local = try LocalAccounts.byID(id, in: tx) else { throw ServiceError.notFound }
            guard local.approvedAt == nil else { return }
            _ = try LocalAccounts.approve(id, at: now(), in: tx)
            try joinWelcomeGroup(local.account, in: tx)
            if let email = local.email { try enqueue(.welcome, to: email, language: local.language, in: tx) }
        }
    }

    /// Says no to somebody who asked; nothing of them is kept.
    public func refuseSignUp(_ id: ID<Account>, as steward: ID<Account>?) async throws {
        try await database.write { tx in
            if let steward {
                guard try member(steward, in: tx).role >= .moderator else { throw ServiceError.notAllowed }
            }
            guard let local = try LocalAccounts.byID(id, in: tx), local.approvedAt == nil else {
                throw ServiceError.notFound
            }
            _ = try LocalAccounts.remove(id, in: tx)
        }
    }

    /// Makes an invitation, valid for a week and for one person.
    ///
    /// - Returns: the token that stands in its link.
    public func invite(as person: ID<Account>?) async throws -> String {
        let token = try secrets.makeToken()
        let digest = secrets.digest(Array(token.utf8))
        try await database.write { tx in
            if let person { _ = try member(person, in: tx) }
            try Invitations.insert(digest, createdBy: person, expires: now() + .days(7), in: tx)
        }
        return token
    }

    private struct Made: Sendable {
        let local: LocalAccount
        let pair: KeyPair
    }

    private func prepare(_ signUp: SignUp, role: Role, isApproved: Bool) throws -> Made {
        let name = signUp.name.trimmed.lowercased()
        var account = newAccount(.person, name: name, iri: identifiers.person(name))
        account.displayName = signUp.displayName.trimmed
        let hash = signUp.password.isEmpty ? nil : try secrets.hashPassword(signUp.password)
        let email = signUp.email.trimmed
        let local = LocalAccount(
            account: account, email: email.isEmpty ? nil : email, passwordHash: hash, role: role,
            language: signUp.language, approvedAt: isApproved ? now() : nil)
        return Made(local: local, pair: try secrets.makeKeyPair())
    }

    private func insert(_ made: Made, note: String, in tx: Transaction) throws {
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
    private func joinWelcomeGroup(_ person: Account, in tx: Transaction) throws {
        guard let name = community.welcomeGroup,
            let group = try Accounts.byHandle(Handle(name: name, host: ""), in: tx), group.isGroup
        else { return }
        try outbox.follow(group, by: person, in: tx)
        _ = try Follows.setState(.accepted, by: person.id, of: group.id, in: tx)
    }

    private static func check(_ signUp: SignUp) throws(ServiceError) {
        var check = Check()
        check.require(!signUp.name.trimmed.isEmpty, "name", "missing")
        check.require(!LocalName.reserved.contains(signUp.name.trimmed.lowercased()), "name", "reserved")
        check.require(LocalName.isAllowed(signUp.name.trimmed.lowercased()), "name", "not_a_name")
        check.text(signUp.displayName, "display_name", limit: 100, isNeeded: false)
        check.require(!signUp.email.trimmed.isEmpty, "email", "missing")
        check.require(isAddress(signUp.email.trimmed), "email", "not_an_address")
        check.require(!signUp.needsPassword || !signUp.password.isEmpty, "password", "missing")
        check.require(signUp.password.isEmpty || signUp.password.count >= 10, "password", "too_short")
        check.require(signUp.password.utf8.count <= 1_000, "password", "too_long")
        check.require(signUp.agrees, "agreement", "not_accepted")
        check.text(signUp.note, "note", limit: 1_000, isNeeded: false)
        check.require(isInterfaceLanguage(signUp.language), "language", "not_a_language")
        try check.finish()
    }

    /// Whether pages exist in the language; nil follows the browser.
    static func isInterfaceLanguage(_ language: String?) -> Bool {
        language.map { ["fr", "en"].contains($0) } ?? true
    }

    /// A plain mail address: one `@`, letters, digits and `.!#$&'*+-/=?^_{|}~` before it, a host name after it.
    static func isAddress(_ text: String) -> Bool {
        let parts = text.utf8.split(separator: 64, omittingEmptySubsequences: false)
        guard parts.count == 2, (1...64).contains(parts[0].count), (3...253).contains(parts[1].count) else {
            return false
        }
        func isAlphanumeric(_ byte: UInt8) -> Bool {
            (byte >= 97 && byte <= 122) || (byte >= 65 && byte <= 90) || (byte >= 48 && byte <= 57)
        }
        let marks = Set(".!#$&'*+-/=?^_{|}~".utf8)
        let labels = parts[1].split(separator: 46, omittingEmptySubsequences: false)
        return parts[0].allSatisfy { isAlphanumeric($0) || marks.contains($0) }
            && labels.allSatisfy { label in
                !label.isEmpty && label.first != 45 && label.last != 45
                    && label.allSatisfy { isAlphanumeric($0) || $0 == 45 }
            }
    }
}
