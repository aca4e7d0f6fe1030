// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Federation
internal import Model
internal import Storage

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
        try await enrol(signUp, from: address) { _, isWelcome, _ in isWelcome }
    }

    /// Becomes a member through an app, or asks to.
    ///
    /// Apps tell people to look into their mailbox: who has to wait finds an e-mail there that says so.
    ///
    /// - Parameter app: through which; one that acts for a person already makes no other person.
    /// - Returns: the token with which the app acts for the person; while a steward has not decided, it may do nothing.
    public func register(
        _ signUp: SignUp, through app: AppIdentity, from address: String?
    ) async throws -> GivenToken {
        guard app.account == nil else { throw ServiceError.notAllowed }
        var signUp = signUp
        signUp.needsPassword = true
        let token = try secrets.makeToken()
        return try await enrol(signUp, from: address) { made, isWelcome, tx in
            if !isWelcome, let email = made.local.email {
                try enqueue(.waiting, to: email, language: made.local.language, in: tx)
            }
            let person = made.local.account.id
            return try insert(token, app.scopes, app: app.app, account: person, person: person, in: tx)
        }
    }

    /// Stores somebody who asks to become a member, and in the same transaction what the caller adds.
    private func enrol<Result: Sendable>(
        _ signUp: SignUp, from address: String?,
        adding: @escaping @Sendable (NewMember, _ isWelcome: Bool, Transaction) throws -> Result
    ) async throws -> Result {
        guard community.registration != .closed else { throw ServiceError.conflict("registration_closed") }
        try Self.check(signUp)
        if let address { try attempts.take("register:\(address)", at: now()) }
        let token = signUp.invitation?.trimmed ?? ""
        let isWelcome = community.registration != .approval
        let made = try prepare(signUp, role: .member, isApproved: isWelcome)
        return try await storeUnique { tx in
            if community.registration == .invitation {
                let digest = secrets.digest(Array(token.utf8))
                guard try Invitations.use(digest, at: now(), in: tx) else {
                    throw ServiceError.invalid("invitation", "not_valid")
                }
            }
            try insert(made, note: signUp.note.trimmed, in: tx)
            try outbox.notify(.signUp(made.local.account.id), in: tx)
            return try adding(made, isWelcome, tx)
        }
    }

    private static func check(_ signUp: SignUp) throws(ServiceError) {
        var check = Check()
        check.require(!signUp.name.trimmed.isEmpty, "name", "missing")
        check.require(!LocalName.reserved.contains(signUp.name.trimmed.lowercased()), "name", "reserved")
        check.require(LocalName.isAllowed(signUp.name.trimmed.lowercased()), "name", "not_a_name")
        check.text(signUp.displayName, "display_name", limit: 100, isNeeded: false)
        check.require(!signUp.email.trimmed.isEmpty, "email", "missing")
        check.require(MailAddress(signUp.email.trimmed) != nil, "email", "not_an_address")
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

}
