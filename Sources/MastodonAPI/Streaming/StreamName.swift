// SPDX-License-Identifier: Apache-2.0

internal import Model
internal import Storage

/// A stream to which an app can subscribe.
enum StreamName: Hashable, Sendable {
    /// The home timeline, the notifications and the other events of the account.
    case user
    /// Only the notifications of the account.
    case notifications
    /// Public posts.
    case everyone(Source, onlyMedia: Bool)
    /// Public posts with a hashtag: its normalized name without `#`, and the name as the app sent it.
    case hashtag(String, asked: String, onlyLocal: Bool)
    /// A list of the member, or a group as a list.
    case list(ID<AccountList>)
    /// The direct messages of the account.
    case direct

    /// The servers of the public posts.
    enum Source: String, Sendable {
        case anywhere = "public"
        case here = "public:local"
        case elsewhere = "public:remote"
    }

    /// The name of the stream as the app gets it: the name, and the hashtag or the list's id.
    var apiNames: [String] {
        switch self {
        case .user: ["user"]
        case .notifications: ["user:notification"]
        case .everyone(let source, let onlyMedia): [source.rawValue + (onlyMedia ? ":media" : "")]
        case .hashtag(_, let asked, let onlyLocal): [onlyLocal ? "hashtag:local" : "hashtag", asked]
        case .list(let id): ["list", "\(id)"]
        case .direct: ["direct"]
        }
    }

    /// The list's id, for a list.
    var list: ID<AccountList>? {
        guard case .list(let id) = self else { return nil }
        return id
    }

    /// Whether the stream is the same for everybody, so that each status is written once for all.
    var isPublic: Bool {
        switch self {
        case .everyone, .hashtag: true
        default: false
        }
    }

    /// Whether the stream contains statuses.
    var showsStatuses: Bool { self != .notifications && self != .direct }

    /// Whether a timeline item belongs to this stream of an account.
    func holds(_ item: StreamedItem, for account: ID<Account>) -> Bool {
        guard let isAtHome = item.readers[account] else { return false }
        switch self {
        case .user: return isAtHome
        case .notifications, .direct: return false
        case .everyone(let source, let onlyMedia):
            guard item.isListed, item.hasMedia || !onlyMedia else { return false }
            return source == .anywhere || item.isLocal == (source == .here)
        case .hashtag(let tag, _, let onlyLocal):
            return item.isTagged && item.hashtags.contains(tag) && (item.isLocal || !onlyLocal)
        case .list(let id):
            // The timeline of a group as a list: what the group posted or boosted.
            let isOfGroup = id.rawValue == item.item.account.rawValue && !item.isReply
            return item.lists.contains(id) || isOfGroup
        }
    }

    /// The scope that a token needs.
    var scope: Scope { self == .notifications ? "read:notifications" : "read:statuses" }
}

/// Why a connection or a subscription is rejected.
struct StreamError: Error, Equatable {
    var text: String
    var status: Int

    static let unknown = StreamError(text: "Unknown stream type", status: 400)
    static let noTag = StreamError(text: "Missing tag name parameter", status: 400)
    static let noList = StreamError(text: "Record not found", status: 404)
    static let outOfScope = StreamError(text: APIError.outOfScope.text, status: 401)
    static let tooMany = StreamError(text: APIError.tooMany(retryAfterSeconds: 60).text, status: 429)
}

/// A subscription request: the name of a stream and its parameters, as the app sent them.
struct StreamSubscription: Sendable, Hashable {
    var name: String
    var tag: String?
    var list: String?
    var onlyMedia = false

    /// Parses the request.
    ///
    /// - Parameter fold: returns the normalized spelling under which a hashtag is stored.
    func stream(fold: (String) -> String) throws(StreamError) -> StreamName {
        switch name {
        case "user": return .user
        case "user:notification": return .notifications
        case "direct": return .direct
        case "list":
            guard let id = list.flatMap({ ID<AccountList>($0) }) else { throw .noList }
            return .list(id)
        case "hashtag", "hashtag:local":
            guard let tag, !tag.isEmpty, tag.utf8.count <= 400 else { throw .noTag }
            return .hashtag(fold(tag), asked: tag, onlyLocal: name == "hashtag:local")
        default:
            let isMedia = name.hasSuffix(":media")
            let source = StreamName.Source(rawValue: String(isMedia ? name.dropLast(":media".count) : name[...]))
            guard let source else { throw .unknown }
            return .everyone(source, onlyMedia: isMedia || onlyMedia)
        }
    }
}
