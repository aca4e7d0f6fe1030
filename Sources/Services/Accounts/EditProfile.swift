// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Federation
internal import Markup
public import Model
internal import Storage

/// What a member says of themselves.
public struct ProfileDraft: Sendable, Hashable {
    /// What people call them.
    public var displayName: String
    /// Plain text.
    public var summary: String
    /// Whether lists of members show them.
    public var discoverable: Bool
    /// Whether a follow waits for their answer.
    public var approvesFollowers: Bool
    /// `fr`, `en`, or nil to follow the browser.
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
    /// Changes what one says of oneself; followers are told.
    public func editProfile(_ draft: ProfileDraft, as principal: Principal) async throws {
        var check = Check()
        check.text(draft.displayName, "display_name", limit: 100, isNeeded: false)
        check.text(draft.summary, "summary", limit: 2_000, isNeeded: false)
        check.require(Self.isInterfaceLanguage(draft.language), "language", "not_a_language")
        try check.finish()
        let summary = draft.summary.trimmed
        let known = try await mentioned(in: summary)
        try await database.write { tx in
            var account = try member(principal, in: tx).account
            account.displayName = draft.displayName.trimmed
            account.summary = compose(summary, known: known).html
            // One box stands for both, where people see one box: who changes it changes both.
            if account.discoverable != draft.discoverable { account.indexable = draft.discoverable }
            account.discoverable = draft.discoverable
            account.approvesFollowers = draft.approvesFollowers
            try Accounts.update(account, summarySource: summary, at: now(), in: tx)
            try LocalAccounts.setLanguage(account.id, draft.language, in: tx)
            try outbox.update(account, in: tx)
            tx.announce(.settingsChanged)
        }
    }

    /// What the member typed, for the form in which it is changed.
    public func profileSource(of person: ID<Account>) async throws -> String {
        try await database.read { db in try Accounts.summarySource(of: person, in: db) ?? "" }
    }
}
