// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Federation
internal import Model
internal import Storage

/// The form with which a person signs up.
public struct SignUp: Sendable, Hashable {
    /// The shortest length of a password in characters.
    public static let passwordLength = 10
    /// The user name. It can never be changed.
    public var name: String
    /// The display name.
    public var displayName = ""
    /// The address to which sign-in links are sent. It may be empty while no e-mail leaves this server.
    public var email: String
    /// The password; empty when the person signs in by link only, which takes e-mails that reach people.
    public var password = ""
    /// A message to the stewards.
    public var note = ""
    /// The language of the pages: `fr` or `en`.
    public var language: String?
    /// The token of an invitation. It lets a person in whatever the setting `registration` says.
    public var invitation: String?
    /// Whether a password is required.
    public var needsPassword = false
    /// Whether the person accepts the rules.
    public var agrees = true

    /// Creates the value.
    public init(name: String, email: String) {
        self.name = name
        self.email = email
    }
}

extension Services {
    /// Registers a person as a member, or as somebody who waits for approval.
    ///
    /// - Parameter address: the client's network address, for the rate limit; nil for no limit.
    /// - Returns: whether the person may sign in at once. If not, a steward has to approve the request first.
    public func register(_ signUp: SignUp, from address: String? = nil) async throws -> Bool {
        var signUp = signUp
        // Without e-mails a member without a password could never come in.
        if !community.mailReachesPeople { signUp.needsPassword = true }
        let isEmailNeeded = community.mailReachesPeople
        return try await enrol(signUp, from: address, isEmailNeeded: isEmailNeeded) { _, isWelcome, _ in isWelcome }
    }

    /// Registers a person through an app, as a member or as somebody who waits for approval.
    ///
    /// Apps ask people to look into their mailbox. A person who has to wait gets an e-mail that says so.
    ///
    /// - Parameter app: the app that registers the person. An app that already acts for a person may not register
    ///   another one.
    /// - Returns: the token with which the app acts for the person. It may do nothing until a steward approves the
    ///   person.
    public func register(
        _ signUp: SignUp, through app: AppIdentity, from address: String?
    ) async throws -> GivenToken {
        guard app.account == nil else { throw ServiceError.notAllowed }
        var signUp = signUp
        signUp.needsPassword = true
        let token = try secrets.makeToken()
        return try await enrol(signUp, from: address) { made, isWelcome, tx in
            if !isWelcome, let email = made.local.email {
                try enqueue(
                    WaitingEmail(), to: email, of: made.local.account.id, language: made.local.language, in: tx)
            }
            let person = made.local.account.id
            return try insert(token, app.scopes, app: app.app, account: person, person: person, in: tx)
        }
    }

    /// Stores a person who signs up. `adding` runs in the same transaction.
    private func enrol<Result: Sendable>(
        _ signUp: SignUp, from address: String?, isEmailNeeded: Bool = true,
        adding: @escaping @Sendable (NewMember, _ isWelcome: Bool, Transaction) throws -> Result
    ) async throws -> Result {
        let isInvited = try await invitation(signUp.invitation ?? "") != nil
        guard isInvited || community.registration != .closed else {
            throw ServiceError.conflict("registration_closed")
        }
        try Self.check(signUp, isEmailNeeded: isEmailNeeded)
        if let address { try attempts.take("register:\(address)", at: now()) }
        let digest = secrets.digest(Array((signUp.invitation?.trimmed ?? "").utf8))
        let isWelcome = isInvited || community.registration != .approval
        let made = try await prepare(signUp, role: .member, isApproved: isWelcome)
        return try await storeUnique { tx in
            if isInvited || community.registration == .invitation {
                guard try Invitations.use(digest, at: now(), in: tx) else {
                    throw ServiceError.invalid("invitation", "not_valid")
                }
            }
            try insert(made, note: signUp.note.trimmed, in: tx)
            try outbox.notify(.signUp(made.local.account.id), in: tx)
            return try adding(made, isWelcome, tx)
        }
    }

    private static func check(_ signUp: SignUp, isEmailNeeded: Bool) throws(ServiceError) {
        var check = Check()
        check.require(!signUp.name.trimmed.isEmpty, "name", "missing")
        check.require(!LocalName.reserved.contains(signUp.name.trimmed.lowercased()), "name", "reserved")
        check.require(LocalName.isAllowed(signUp.name.trimmed.lowercased()), "name", "not_a_name")
        check.text(signUp.displayName, "display_name", limit: 100, isNeeded: false)
        let email = signUp.email.trimmed
        check.require(!isEmailNeeded || !email.isEmpty, "email", "missing")
        check.require(email.isEmpty || MailAddress(email) != nil, "email", "not_an_address")
        check.require(!signUp.needsPassword || !signUp.password.isEmpty, "password", "missing")
        let isLongEnough = signUp.password.isEmpty || signUp.password.count >= SignUp.passwordLength
        check.require(isLongEnough, "password", "too_short")
        check.require(signUp.password.utf8.count <= 1_000, "password", "too_long")
        check.require(signUp.agrees, "agreement", "not_accepted")
        check.text(signUp.note, "note", limit: 1_000, isNeeded: false)
        check.require(isInterfaceLanguage(signUp.language), "language", "not_a_language")
        try check.finish()
    }

    /// Whether the pages exist in the language. Nil stands for the language of the browser, so it is valid.
    static func isInterfaceLanguage(_ language: String?) -> Bool {
        language.map { ["fr", "en"].contains($0) } ?? true
    }

}
