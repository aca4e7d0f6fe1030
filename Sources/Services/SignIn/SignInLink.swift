// SPDX-License-Identifier: Apache-2.0

internal import Database
public import Model
internal import Storage
internal import TextEncoding
internal import Vocabulary

extension Services {
    /// How long a link that was sent by e-mail is valid.
    static let linkLength = Duration.minutes(30)

    /// Sends a link to sign in. The result does not reveal whether a member has that address.
    ///
    /// - Parameters:
    ///   - next: the path of this node to open afterwards; empty for the first page.
    ///   - network: the client's network. Nobody can use up the requests of a member from another network. A member gets
    ///     at most 30 e-mails at once, and then one in two minutes, whoever asks for them.
    public func sendSignInLink(
        email: String, language: String, next: String = "", from network: String? = nil
    ) async throws {
        let email = MailAddress.canonical(email.trimmed).lowercased()
        guard MailAddress(email) != nil else { throw ServiceError.invalid("email", "not_an_address") }
        try attempts.take("link:\(email) \(network ?? "")", at: now())
        if let network { try passwordAttempts.take(network, at: now()) }
        try linksPerAddress.take(email, at: now())
        let token = try secrets.makeToken()
        let digest = secrets.digest(Array(token.utf8))
        try await database.write { tx in
            guard let local = try LocalAccounts.byEmail(email, in: tx), let address = local.email,
                local.approvedAt != nil, local.account.isActive
            else { return }
            try SignInLinks.insert(digest, account: local.account.id, expires: now() + Self.linkLength, in: tx)
            let link =
                community.origin.appending(path: "sign-in/link").string + "?token=\(token)"
                + (next.isEmpty ? "" : "&next=\(next.percentEncoded)")
            try enqueue(
                SignInEmail(link: link), to: address, of: local.account.id, language: local.language ?? language,
                in: tx)
        }
    }

    /// Makes a link that the command line prints. The first steward signs in with it. Only the operator may do this.
    public func makeSignInLink(for account: ID<Account>, as principal: Principal) async throws -> String {
        try requireOperator(principal)
        let token = try secrets.makeToken()
        return try await database.write { tx in try storeSignInLink(token, for: account, in: tx) }
    }

    /// Stores a sign-in link that is valid for a day, and returns its address.
    func storeSignInLink(_ token: String, for account: ID<Account>, in tx: Transaction) throws -> String {
        let digest = secrets.digest(Array(token.utf8))
        try SignInLinks.insert(digest, account: account, expires: now() + .days(1), in: tx)
        return community.origin.appending(path: "sign-in/link").string + "?token=\(token)"
    }

    /// Exchanges the token of a link for a session, once. The link is used up if and only if the session is stored.
    ///
    /// - Throws: `conflict("link_used_or_old")` for an unknown, used or expired link.
    public func useSignInLink(_ token: String) async throws -> String {
        let digest = secrets.digest(Array(token.utf8))
        let session = try secrets.makeToken()
        try await database.write { tx in
            guard let id = try SignInLinks.use(digest, at: now(), in: tx) else {
                throw ServiceError.conflict("link_used_or_old")
            }
            try insertSession(session, for: member(.member(id), in: tx).account.id, in: tx)
        }
        return session
    }
}
