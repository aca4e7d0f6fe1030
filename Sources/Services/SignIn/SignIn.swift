// SPDX-License-Identifier: Apache-2.0

internal import Database
public import Model
internal import Storage
internal import Vocabulary

extension Services {
    /// How long a session lasts after its last use.
    public static let sessionLength = Duration.days(30)
    static let linkLength = Duration.minutes(30)

    /// Signs in by password.
    ///
    /// - Returns: the session's token; only its digest is stored.
    /// - Throws: `notAllowed` for a wrong name, a wrong password and a person who waits for approval alike.
    public func signIn(name: String, password: String) async throws -> String {
        let name = name.trimmed.lowercased()
        // No name and no address is longer, and the table of attempts keeps what it is given.
        guard name.utf8.count <= 320 else { throw ServiceError.notAllowed }
        try await attempts.take("sign-in:\(name)", at: now())
        let local = try await database.read { db in
            try name.contains("@") ? LocalAccounts.byEmail(name, in: db) : LocalAccounts.byName(name, in: db)
        }
        // The same work for a name that does not exist, so that the time tells nothing.
        let stored = local?.passwordHash ?? secrets.decoyHash
        let isRight = secrets.verifyPassword(password, stored)
        guard isRight, let local, local.passwordHash != nil, local.approvedAt != nil, local.account.isActive else {
            throw ServiceError.notAllowed
        }
        return try await startSession(local.account.id)
    }

    /// Sends a link by which one signs in. What it answers never tells whether somebody has that address.
    ///
    /// - Parameter next: where to go on afterwards, a path of this node; empty for the first page.
    public func sendSignInLink(email: String, language: String, next: String = "") async throws {
        let email = email.trimmed.lowercased()
        guard Self.isAddress(email) else { throw ServiceError.invalid("email", "not_an_address") }
        try await attempts.take("link:\(email)", at: now())
        let token = try secrets.makeToken()
        let digest = secrets.digest(Array(token.utf8))
        try await database.write { tx in
            guard let local = try LocalAccounts.byEmail(email, in: tx), let address = local.email,
                local.approvedAt != nil, local.account.isActive
            else { return }
            try SignInLinks.insert(digest, account: local.account.id, expires: now() + Self.linkLength, in: tx)
            let link =
                community.origin.appending(path: "sign-in/link").string + "?token=\(token)"
                + (next.isEmpty ? "" : "&next=\(Self.queryEscaped(next))")
            try enqueue(.signIn(link: link), to: address, language: local.language ?? language, in: tx)
        }
    }

    /// A link for the command line to print: how the first steward gets in.
    public func makeSignInLink(for account: ID<Account>) async throws -> String {
        let token = try secrets.makeToken()
        let digest = secrets.digest(Array(token.utf8))
        try await database.write { tx in
            try SignInLinks.insert(digest, account: account, expires: now() + .days(1), in: tx)
        }
        return community.origin.appending(path: "sign-in/link").string + "?token=\(token)"
    }

    private static func queryEscaped(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF")
        return text.utf8.reduce(into: "") { escaped, byte in
            let isPlain = (byte | 0x20) &- 0x61 < 26 || byte &- 0x30 < 10 || "-._~".utf8.contains(byte)
            // Safe: both indices are 0 ... 15.
            escaped += isPlain ? String(UnicodeScalar(byte)) : "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
        }
    }

    /// Trades a link's token for a session, once.
    public func useSignInLink(_ token: String) async throws -> String {
        let digest = secrets.digest(Array(token.utf8))
        let account = try await database.write { tx -> ID<Account>? in
            guard let id = try SignInLinks.use(digest, at: now(), in: tx) else { return nil }
            return try member(id, in: tx).account.id
        }
        guard let account else { throw ServiceError.conflict("link_used_or_old") }
        return try await startSession(account)
    }

    /// Who is signed in by a session's token. Once a day the visit makes the session last longer.
    public func session(_ token: String) async throws -> LocalAccount? {
        let digest = secrets.digest(Array(token.utf8))
        let found = try await database.read { db -> (session: StoredSession, local: LocalAccount)? in
            guard let session = try Sessions.find(digest, at: now(), in: db),
                let local = try LocalAccounts.byID(session.account, in: db), local.account.isActive,
                local.approvedAt != nil
            else { return nil }
            return (session, local)
        }
        guard let found else { return nil }
        if now() - found.session.seenAt >= .days(1) {
            try await database.write { tx in
                _ = try Sessions.extend(digest, at: now(), expires: now() + Self.sessionLength, in: tx)
            }
        }
        return found.local
    }

    /// Ends a session.
    public func signOut(_ token: String) async throws {
        let digest = secrets.digest(Array(token.utf8))
        try await database.write { tx in try Sessions.delete(digest, in: tx) }
    }

    /// A word that belongs to a session and stands in its forms: what another site's page cannot know.
    public func formToken(session token: String) -> String {
        let bytes = secrets.digest(Array("form:\(token)".utf8))
        let digits = Array("0123456789abcdef")
        return String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }

    private func startSession(_ account: ID<Account>) async throws -> String {
        let token = try secrets.makeToken()
        let digest = secrets.digest(Array(token.utf8))
        try await database.write { tx in
            try Sessions.insert(
                digest, account: account, at: now(), expires: now() + Self.sessionLength, in: tx)
        }
        return token
    }
}
