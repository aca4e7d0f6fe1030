// SPDX-License-Identifier: Apache-2.0

internal import Database
public import Model
internal import Storage
internal import TextEncoding

extension Services {
    /// How long a session is valid after its last use.
    public static let sessionLength = Duration.days(30)

    /// Returns the member of a session token; nil for an invalid session. The first use on each day extends the
    /// session.
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
            do {
                try await database.write { tx in
                    _ = try Sessions.extend(digest, at: now(), expires: now() + Self.sessionLength, in: tx)
                }
            } catch let error as DatabaseError where error.isOutage {
                // People may go on reading while nothing can be written.
            }
        }
        return found.local
    }

    /// Ends a session.
    public func signOut(_ token: String) async throws {
        let digest = secrets.digest(Array(token.utf8))
        try await database.write { tx in try Sessions.delete(digest, in: tx) }
    }

    /// Returns the CSRF token of a session, which its forms contain. A page of another site cannot know it.
    public func formToken(session token: String) -> String {
        Hexadecimal.encode(secrets.digest(Array("form:\(token)".utf8)))
    }

    /// Stores a session whose token was just created.
    func insertSession(_ token: String, for account: ID<Account>, in tx: Transaction) throws {
        let digest = secrets.digest(Array(token.utf8))
        try Sessions.insert(digest, account: account, at: now(), expires: now() + Self.sessionLength, in: tx)
    }
}
