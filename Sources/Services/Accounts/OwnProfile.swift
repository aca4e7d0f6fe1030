// SPDX-License-Identifier: Apache-2.0

internal import Database
public import Model
internal import Storage

/// The account that acts with the settings that its profile form shows. It is a person or a group that a person runs.
public struct OwnProfile: Sendable, Hashable {
    /// The account.
    public var account: Account
    /// The summary as the member typed it.
    public var noteSource: String
    /// The default visibility of new posts.
    public var defaultVisibility: Visibility
    /// Whether the media of new posts are marked as sensitive by default.
    public var defaultSensitive: Bool
    /// The default language of new posts.
    public var defaultLanguage: String?
    /// Who may quote new posts without asking.
    public var defaultQuotePolicy: QuotePolicy
    /// The number of follow requests that wait for an answer.
    public var requestCount: Int
    /// The role on this node.
    public var role: Role
}

extension Services {
    /// Returns the profile of the account that acts.
    public func ownProfile(as principal: Principal) async throws -> OwnProfile {
        try await database.read { db in
            let own = try actor(principal, in: db)
            let account = own.id
            let choices = try PostingDefaults.of(account, in: db)
            return OwnProfile(
                account: own, noteSource: try Accounts.summarySource(of: account, in: db) ?? "",
                defaultVisibility: choices.visibility, defaultSensitive: choices.sensitive,
                defaultLanguage: choices.language, defaultQuotePolicy: choices.quotePolicy,
                requestCount: try Follows.pendingCount(of: account, in: db),
                role: try LocalAccounts.byID(account, in: db)?.role ?? .member)
        }
    }
}
