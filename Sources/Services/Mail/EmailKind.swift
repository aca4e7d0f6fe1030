// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model
internal import Storage

/// What is fixed for all e-mails of a kind.
public struct EmailKind: Sendable {
    /// How an e-mail counts for its reader, and whether it may leave at night.
    public enum Budget: Sendable, Hashable {
        /// It answers what its reader did this moment, or is about the safety of the account. It leaves at any hour.
        case atOnce
        /// It tells its reader what concerns them alone, such as their seat. It counts nothing, and rests at night.
        case free
        /// It leaves only when its reader got fewer than so many of these within a week, and rests at night.
        case weekly(Int)
    }

    /// The words beside the checkbox with which people choose.
    public struct Choice: Sendable, Hashable {
        /// The words in French.
        public let french: String
        /// The words in English.
        public let english: String

        /// The words in a language: `fr` or `en`.
        public subscript(language: String) -> String { language == "en" ? english : french }
    }

    /// The name, as it is stored.
    public let name: String
    /// How it counts.
    public let budget: Budget
    /// How soon it is sent when many wait.
    let urgency: QueuedMail.Urgency
    /// How long it is of use; nil when it always is.
    let lifetime: Duration?
    /// How people choose whether they get it; nil when it cannot be switched off.
    public let choice: Choice?
    /// Whether only those who moderate or run a group get it.
    public let isForTeam: Bool
    /// Whether what a waiting e-mail says is still true. It is asked just before the e-mail leaves.
    let isStillTrue: @Sendable (QueuedMail, any Queryable) throws -> Bool

    init(
        _ name: String, _ budget: Budget, urgency: QueuedMail.Urgency = .normal, lifetime: Duration? = nil,
        choice: Choice? = nil, isForTeam: Bool = false,
        isStillTrue: @escaping @Sendable (QueuedMail, any Queryable) throws -> Bool = { _, _ in true }
    ) {
        self.name = name
        self.budget = budget
        self.urgency = urgency
        self.lifetime = lifetime
        self.choice = choice
        self.isForTeam = isForTeam
        self.isStillTrue = isStillTrue
    }

    /// All kinds. A new kind is a file in the folder `Kinds` and a line here.
    public static let all: [EmailKind] = [
        SignInEmail.kind,
        WaitingEmail.kind,
        WelcomeEmail.kind,
        PasswordEmail.kind,
        SeatEmail.kind,
        EventChangedEmail.kind,
        EventPostponedEmail.kind,
        EventCancelledEmail.kind,
        ToDoEmail.kind,
        DigestEmail.kind,
    ]

    /// The kinds that a member may switch off.
    public static var optional: [EmailKind] { all.filter { $0.choice != nil } }

    /// The kind with this name.
    static func named(_ name: String) -> EmailKind? { all.first { $0.name == name } }

    /// The names of the kinds that count together for the budget.
    static var budgeted: [String] {
        all.compactMap { kind in
            if case .weekly = kind.budget { kind.name } else { nil }
        }
    }
}
