// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Federation
internal import Markup
public import Model
internal import Storage
internal import Vocabulary

/// What changes of a profile; nil leaves a thing as it is.
public struct ProfileChange: Sendable, Hashable {
    /// What people call the account.
    public var displayName: String?
    /// Plain text.
    public var note: String?
    /// Lines of the profile: what they are about, and what they say; those without either are left out.
    public var fields: [FieldDraft]?
    /// Whether a follow waits for an answer.
    public var approvesFollowers: Bool?
    /// Whether a program writes there. A group is none.
    public var isRobot: Bool?
    /// Whether lists of members show it.
    public var discoverable: Bool?
    /// Whether everybody may search its posts.
    public var indexable: Bool?
    /// Whether others see whom it follows, and who follows it.
    public var hidesFollows: Bool?
    /// Who may read what is written without a choice.
    public var visibility: Visibility?
    /// Whether pictures are covered without a choice.
    public var sensitive: Bool?
    /// In which language is written without a choice: BCP 47 tag; empty for none.
    public var language: String?

    /// A change of nothing.
    public init() {}

    /// One line of a profile, as plain text.
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
    /// Lines that a profile may have.
    public static let fieldLimit = 4
    private static let fieldLength = 255

    /// Changes the profile of the account that acts, and how it writes without a choice; followers are told.
    public func changeProfile(_ change: ProfileChange, as principal: Principal) async throws {
        try Self.check(change)
        let note = change.note?.trimmed
        let lines = change.fields.map { $0.filter { !$0.name.trimmed.isEmpty || !$0.value.trimmed.isEmpty } }
        let known = try await mentioned(in: note ?? "")
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
        try defaults.store(for: id, in: tx)
    }

    /// A line is one line: its links become links, it has no paragraphs.
    private func field(_ draft: ProfileChange.FieldDraft) -> Model.ProfileField {
        Model.ProfileField(
            name: String(draft.name.trimmed.map { $0.isNewline ? " " : $0 }),
            value: Composer.line(draft.value.trimmed) { identifiers.hashtag($0).string }, source: draft.value.trimmed)
    }
}
