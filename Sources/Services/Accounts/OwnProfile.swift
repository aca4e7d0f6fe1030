// SPDX-License-Identifier: Apache-2.0

internal import Database
public import Model
internal import Storage

/// One's own profile with what its form shows: a person's, or that of a group that a person runs.
public struct OwnProfile: Sendable, Hashable {
    /// The account.
    public var account: Account
    /// What the member typed as summary.
    public var noteSource: String
    /// Who may read what is written without a choice.
    public var defaultVisibility: Visibility
    /// Whether pictures are covered without a choice.
    public var defaultSensitive: Bool
    /// In which language is written without a choice.
    public var defaultLanguage: String?
    /// How many wait for an answer to their wish to follow.
    public var requestCount: Int
    /// Power on this node.
    public var role: Role
}

extension Services {
    /// The profile of the account that acts.
    public func ownProfile(as principal: Principal) async throws -> OwnProfile {
        try await database.read { db in
            let own = try actor(principal, in: db)
            let account = own.id
            let choices = try PostingDefaults.of(account, in: db)
            return OwnProfile(
                account: own, noteSource: try Accounts.summarySource(of: account, in: db) ?? "",
                defaultVisibility: choices.visibility, defaultSensitive: choices.sensitive,
                defaultLanguage: choices.language, requestCount: try Follows.pending(of: account, in: db).count,
                role: try LocalAccounts.byID(account, in: db)?.role ?? .member)
        }
    }
}
