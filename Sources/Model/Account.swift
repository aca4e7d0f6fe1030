// SPDX-License-Identifier: Apache-2.0

public import Vocabulary

/// A local or remote account: a person, a group or a program.
public struct Account: Sendable, Hashable, Identifiable {
    /// The kinds of accounts.
    public enum Kind: String, Sendable, CaseIterable {
        case person, group, application, service, organization
    }

    /// The local id.
    public let id: ID<Account>
    /// The kind of the account: person, group or program.
    public var kind: Kind
    /// The user name before the `@`, in the owner's spelling.
    public var username: String
    /// The host, with its port when it has one; empty for a local account.
    public var host: String
    /// The id of the actor in ActivityPub.
    public var iri: IRI
    /// The display name, plain text; may be empty.
    public var displayName: String
    /// The profile text.
    public var summary: SanitizedHTML
    /// The profile page; nil for a remote account that states no page on its own origin.
    public var url: IRI?
    /// The inbox; nil for an account that has none.
    public var inbox: IRI?
    /// The shared inbox of the account's server.
    public var sharedInbox: IRI?
    /// The outbox, the collection of its public activities.
    public var outbox: IRI?
    /// The collection of followers, which stands for the followers in an audience.
    public var followers: IRI?
    /// The avatar.
    public var icon: IRI?
    /// The header picture.
    public var header: IRI?
    /// The profile fields, in their order.
    public var fields: [ProfileField]
    /// The number of its posts in this database.
    public var postCount: Int
    /// The number of accepted followers that this server knows.
    public var followerCount: Int
    /// The number of accounts that it follows, as far as this server knows.
    public var followingCount: Int
    /// The time of its last post.
    public var lastPostAt: Timestamp?
    /// Whether follow requests need the owner's approval.
    public var approvesFollowers: Bool
    /// Whether member lists may show the account to visitors who are not signed in.
    public var discoverable: Bool
    /// Whether everybody may search its posts.
    public var indexable: Bool
    /// Whether the lists of followers and followed accounts are hidden from others.
    public var hidesFollows: Bool
    /// When this server first stored the account.
    public var createdAt: Timestamp
    /// When the actor document was last fetched; nil for a local account.
    public var fetchedAt: Timestamp?
    /// When this server suspended the account.
    public var suspendedAt: Timestamp?
    /// When the account was deleted.
    public var deletedAt: Timestamp?
    /// The new account after a move.
    public var movedTo: IRI?
    /// The shortcodes of the custom emoji in its name, its text and its fields; empty for a local account.
    public var emojis: [String] = []

    /// Creates the value; the other properties are set afterwards from the row.
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

    /// Whether the account is local.
    public var isLocal: Bool { host.isEmpty }
    /// Whether it is a group.
    public var isGroup: Bool { kind == .group }
    /// Whether the account belongs to a person or is a bot (`service`).
    public var isPersonal: Bool { kind == .person || kind == .service }
    /// Whether the account is neither suspended nor deleted, so that it may act and be shown.
    public var isActive: Bool { suspendedAt == nil && deletedAt == nil }
    /// The handle: `@name` for a local account, `@name@host` for a remote one.
    public var handle: Handle { Handle(name: username, host: host) }
    /// The host of its id, with its port when it has one. The custom emoji in its texts belong to this host.
    public var emojiHost: String { iri.authority }
    /// The display name, or the user name when there is none.
    public var shownName: String { displayName.isEmpty ? username : displayName }
}

/// One profile field: a label and a value.
public struct ProfileField: Sendable, Hashable {
    /// The label, plain text.
    public var name: String
    /// The value as HTML; it may contain links.
    public var value: SanitizedHTML
    /// The text that the member typed; empty for a remote account.
    public var source: String

    /// Creates the value.
    public init(name: String, value: SanitizedHTML, source: String = "") {
        self.name = name
        self.value = value
        self.source = source
    }
}

/// The role of a local person.
public enum Role: String, Sendable, CaseIterable, Comparable {
    case member, moderator, steward

    private var rank: Int {
        switch self {
        case .member: 0
        case .moderator: 1
        case .steward: 2
        }
    }

    /// Orders by permissions, from member to steward.
    public static func < (a: Role, b: Role) -> Bool { a.rank < b.rank }
}

/// The private data of a local account, which never leave this server.
public struct LocalAccount: Sendable, Hashable {
    /// The public part of the account.
    public var account: Account
    /// The e-mail address, to which sign-in links are sent.
    public var email: String?
    /// The password hash `scrypt$…`; nil when the person signs in by e-mail link only.
    public var passwordHash: String?
    /// The role.
    public var role: Role
    /// The language of pages, `fr` or `en`; nil follows the browser.
    public var language: String?
    /// When the account was approved, by a steward or automatically with open registration; nil while it waits.
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
