// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Federation
internal import Markup
public import Model
internal import Storage

/// The profile of a member, as the settings page sends it.
public struct ProfileDraft: Sendable, Hashable {
    /// The display name.
    public var displayName: String
    /// The summary, as plain text.
    public var summary: String
    /// Whether the directory of members lists them.
    public var discoverable: Bool
    /// Whether they have to approve each follow request.
    public var approvesFollowers: Bool
    /// The language of the pages: `fr`, `en`, or nil for the language of the browser.
    public var language: String?

    /// Creates the value.
    public init(
        displayName: String, summary: String, discoverable: Bool, approvesFollowers: Bool, language: String?
    ) {
        self.displayName = displayName
        self.summary = summary
        self.discoverable = discoverable
        self.approvesFollowers = approvesFollowers
        self.language = language
    }
}

extension Services {
    /// Changes the profile of a member and the language of their pages. Followers on other servers get an `Update` of
    /// the profile.
    public func editProfile(_ draft: ProfileDraft, as principal: Principal) async throws {
        var check = Check()
        check.text(draft.displayName, "display_name", limit: 100, isNeeded: false)
        check.text(draft.summary, "summary", limit: 2_000, isNeeded: false)
        check.require(Self.isInterfaceLanguage(draft.language), "language", "not_a_language")
        try check.finish()
        let summary = draft.summary.trimmed
        let known = try await mentioned(in: summary).known
        try await database.write { tx in
            var account = try member(principal, in: tx).account
            account.displayName = draft.displayName.trimmed
            account.summary = compose(summary, known: known).html
            // The page has one checkbox for both settings, so a change of the checkbox changes both.
            if account.discoverable != draft.discoverable { account.indexable = draft.discoverable }
            account.discoverable = draft.discoverable
            account.approvesFollowers = draft.approvesFollowers
            try Accounts.update(account, summarySource: summary, at: now(), in: tx)
            try LocalAccounts.setLanguage(account.id, draft.language, in: tx)
            try outbox.update(account, in: tx)
            tx.announce(.settingsChanged)
        }
    }

    /// The summary as the member typed it, for the form in which it is edited.
    public func profileSource(of person: ID<Account>) async throws -> String {
        try await database.read { db in try Accounts.summarySource(of: person, in: db) ?? "" }
    }
}
