// SPDX-License-Identifier: Apache-2.0

public import Vocabulary

/// A person, a group or a program, of this node or of another.
public struct Account: Sendable, Hashable, Identifiable {
    /// What an account is.
    public enum Kind: String, Sendable, CaseIterable {
        case person, group, application, service, organization
    }

    /// The local number.
    public let id: ID<Account>
    /// Person, group, program.
    public var kind: Kind
    /// The name before the `@`, as its owner writes it.
    public var username: String
    /// The host with its port when it has one; empty for an account of this node.
    public var host: String
    /// The actor's id on the wire.
    public var iri: IRI
    /// Plain text; may be empty.
    public var displayName: String
    /// What it says of itself.
    public var summary: SanitizedHTML
    /// The page for people; nil for a remote account that names none of its own origin.
    public var url: IRI?
    /// Where its own messages go; nil for an account that takes none.
    public var inbox: IRI?
    /// Where messages for many accounts of its host go.
    public var sharedInbox: IRI?
    /// Its public activities.
    public var outbox: IRI?
    /// The collection that stands for its followers in an audience.
    public var followers: IRI?
    /// Portrait.
    public var icon: IRI?
    /// The wide picture above the profile.
    public var header: IRI?
    /// Lines of its profile, in their order.
    public var fields: [ProfileField]
    /// Posts of it that we have.
    public var postCount: Int
    /// Accepted followers that we know of.
    public var followerCount: Int
    /// Accounts that it follows, as far as we know.
    public var followingCount: Int
    /// When it last wrote.
    public var lastPostAt: Timestamp?
    /// Whether a follow waits for its owner's answer.
    public var approvesFollowers: Bool
    /// Whether lists of members may show it to strangers.
    public var discoverable: Bool
    /// Whether everybody may search its posts.
    public var indexable: Bool
    /// Whether others see whom it follows, and who follows it.
    public var hidesFollows: Bool
    /// When we first knew it.
    public var createdAt: Timestamp
    /// When its document was last fetched; nil for an account of this node.
    public var fetchedAt: Timestamp?
    /// When it was suspended by this node.
    public var suspendedAt: Timestamp?
    /// When it ceased to be.
    public var deletedAt: Timestamp?
    /// Where it moved.
    public var movedTo: IRI?

    /// Creates the value; every property as the row has it.
    public init(
        id: ID<Account>, kind: Kind, username: String, host: String, iri: IRI, displayName: String = "",
        summary: SanitizedHTML = .empty, createdAt: Timestamp
    ) {
        self.id = id
        self.kind = kind
        self.username = username
        self.host = host
        self.iri = iri
        self.displayName = displayName
        self.summary = summary
        self.fields = []
        self.postCount = 0
        self.followerCount = 0
        self.followingCount = 0
        self.approvesFollowers = false
        self.discoverable = false
        self.indexable = false
        self.hidesFollows = false
        self.createdAt = createdAt
    }

    /// Whether this node is its home.
    public var isLocal: Bool { host.isEmpty }
    /// Whether it is a group.
    public var isGroup: Bool { kind == .group }
    /// Whether it is somebody's own, written by hand or by a program.
    public var isPersonal: Bool { kind == .person || kind == .service }
    /// Whether it may act and be shown.
    public var isActive: Bool { suspendedAt == nil && deletedAt == nil }
    /// `@name` here, `@name@host` elsewhere.
    public var handle: Handle { Handle(name: username, host: host) }
    /// The display name, or the username when there is none.
    public var shownName: String { displayName.isEmpty ? username : displayName }
}

/// One line of a profile: what it is about, and what it says.
public struct ProfileField: Sendable, Hashable {
    /// Plain text.
    public var name: String
    /// Markup, links among it.
    public var value: SanitizedHTML
    /// What the member typed; empty for another node's.
    public var source: String

    /// Creates the value.
    public init(name: String, value: SanitizedHTML, source: String = "") {
        self.name = name
        self.value = value
        self.source = source
    }
}

/// What a local person may do beyond being a member.
public enum Role: String, Sendable, CaseIterable, Comparable {
    case member, moderator, steward

    private var rank: Int {
        switch self {
        case .member: 0
        case .moderator: 1
        case .steward: 2
        }
    }

    /// Less power before more.
    public static func < (a: Role, b: Role) -> Bool { a.rank < b.rank }
}

/// The part of a local person that never leaves the node.
public struct LocalAccount: Sendable, Hashable {
    /// Whose.
    public var account: Account
    /// Where sign-in links go.
    public var email: String?
    /// `scrypt$…`; nil when the person signs in by link alone.
    public var passwordHash: String?
    /// Power.
    public var role: Role
    /// `fr` or `en`; nil follows the browser.
    public var language: String?
    /// When a steward, or the open door, let the person in; nil while waiting.
    public var approvedAt: Timestamp?

    /// Creates the value as the row has it.
    public init(
        account: Account, email: String?, passwordHash: String?, role: Role, language: String?, approvedAt: Timestamp?
    ) {
        self.account = account
        self.email = email
        self.passwordHash = passwordHash
        self.role = role
        self.language = language
        self.approvedAt = approvedAt
    }
}
