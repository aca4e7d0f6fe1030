// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Federation
internal import Markup
public import Model
internal import Storage
internal import Vocabulary

/// A change of a profile. A nil property leaves its value as it is.
public struct ProfileChange: Sendable, Hashable {
    /// The display name.
    public var displayName: String?
    /// The summary, as plain text.
    public var note: String?
    /// The fields of the profile. A field with neither a name nor a value is left out.
    public var fields: [FieldDraft]?
    /// Whether the account has to approve each follow request.
    public var approvesFollowers: Bool?
    /// Whether the account is a bot. A group cannot be one.
    public var isRobot: Bool?
    /// Whether the directory of members lists the account.
    public var discoverable: Bool?
    /// Whether everybody may find its posts by search.
    public var indexable: Bool?
    /// Whether the lists of its followers and of the accounts that it follows are hidden from others.
    public var hidesFollows: Bool?
    /// The default visibility of its new posts.
    public var visibility: Visibility?
    /// Whether the media of its new posts are marked as sensitive by default.
    public var sensitive: Bool?
    /// The default language of its new posts: BCP 47 tag; empty for none.
    public var language: String?
    /// Who may quote its new posts without asking.
    public var quotePolicy: QuotePolicy?

    /// Creates a change that changes nothing.
    public init() {}

    /// One profile field, as plain text.
    public struct FieldDraft: Sendable, Hashable {
        var name: String
        var value: String

        /// Creates the value.
        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }
}

extension Services {
    /// The largest number of fields that a profile may have.
    public static let fieldLimit = 4
    private static let fieldLength = 255

    /// Changes the profile and the posting defaults of the account that acts. Followers on other servers get an
    /// `Update` of the profile.
    public func changeProfile(_ change: ProfileChange, as principal: Principal) async throws {
        try Self.check(change)
        let note = change.note?.trimmed
        let lines = change.fields.map { $0.filter { !$0.name.trimmed.isEmpty || !$0.value.trimmed.isEmpty } }
        let known = try await mentioned(in: note ?? "").known
        try await database.write { tx in
            var account = try actor(principal, in: tx)
            let id = account.id
            let before = account
            let oldSource = try Accounts.summarySource(of: id, in: tx)
            Self.apply(change, to: &account)
            if let note { account.summary = compose(note, known: known).html }
            if let lines { account.fields = lines.map(field) }
            if account != before || (note ?? oldSource) != oldSource {
                try Accounts.update(account, summarySource: note ?? oldSource, at: now(), in: tx)
                try outbox.update(account, in: tx)
                tx.announce(.settingsChanged)
            }
            try Self.applyDefaults(change, of: id, in: tx)
        }
    }

    private static func check(_ change: ProfileChange) throws(ServiceError) {
        var check = Check()
        check.text(change.displayName ?? "", "display_name", limit: 100, isNeeded: false)
        check.text(change.note ?? "", "summary", limit: 2_000, isNeeded: false)
        check.require((change.fields ?? []).count <= fieldLimit, "fields", "too_long")
        check.require(
            (change.fields ?? []).allSatisfy { $0.name.count <= fieldLength && $0.value.count <= fieldLength },
            "fields", "too_long")
        if let language = change.language, !language.isEmpty { check.language(language) }
        try check.finish()
    }

    private static func apply(_ change: ProfileChange, to account: inout Account) {
        if let name = change.displayName { account.displayName = name.trimmed }
        if let approves = change.approvesFollowers { account.approvesFollowers = approves }
        if let isRobot = change.isRobot, account.isPersonal { account.kind = isRobot ? .service : .person }
        if let discoverable = change.discoverable { account.discoverable = discoverable }
        if let indexable = change.indexable { account.indexable = indexable }
        if let hides = change.hidesFollows { account.hidesFollows = hides }
    }

    private static func applyDefaults(_ change: ProfileChange, of id: ID<Account>, in tx: Transaction) throws {
        var defaults = try PostingDefaults.of(id, in: tx)
        if let visibility = change.visibility { defaults.visibility = visibility }
        if let sensitive = change.sensitive { defaults.sensitive = sensitive }
        if let language = change.language { defaults.language = language.isEmpty ? nil : language }
        if let policy = change.quotePolicy { defaults.quotePolicy = policy }
        try defaults.store(for: id, in: tx)
    }

    /// Makes one profile field. A field is one line: its links become links, and it has no paragraphs.
    private func field(_ draft: ProfileChange.FieldDraft) -> Model.ProfileField {
        Model.ProfileField(
            name: String(draft.name.trimmed.map { $0.isNewline ? " " : $0 }),
            value: Composer.line(draft.value.trimmed) { identifiers.hashtag($0).string }, source: draft.value.trimmed)
    }
}
