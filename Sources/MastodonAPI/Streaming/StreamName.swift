// SPDX-License-Identifier: Apache-2.0

internal import Model
internal import Storage

/// What an app can listen to.
enum StreamName: Hashable, Sendable {
    /// One's home page, one's notifications, and what else concerns oneself.
    case user
    /// One's notifications alone.
    case notifications
    /// Public posts.
    case everyone(Source, onlyMedia: Bool)
    /// Public posts with a hashtag; folded, without `#`, and as the app wrote it.
    case hashtag(String, asked: String, onlyLocal: Bool)
    /// A list of one's own, or a group as a list.
    case list(ID<AccountList>)
    /// One's private conversations.
    case direct

    /// Where public posts were written.
    enum Source: String, Sendable {
        case anywhere = "public"
        case here = "public:local"
        case elsewhere = "public:remote"
    }

    /// How the stream is named to the app: its name, and the hashtag or list.
    var words: [String] {
        switch self {
        case .user: ["user"]
        case .notifications: ["user:notification"]
        case .everyone(let source, let onlyMedia): [source.rawValue + (onlyMedia ? ":media" : "")]
        case .hashtag(_, let asked, let onlyLocal): [onlyLocal ? "hashtag:local" : "hashtag", asked]
        case .list(let id): ["list", "\(id)"]
        case .direct: ["direct"]
        }
    }

    /// The list, of a list.
    var list: ID<AccountList>? {
        guard case .list(let id) = self else { return nil }
        return id
    }

    /// It is the same for everybody, so it is written once for all.
    var isPublic: Bool {
        switch self {
        case .everyone, .hashtag: true
        default: false
        }
    }

    /// Statuses come and go in it.
    var showsStatuses: Bool { self != .notifications && self != .direct }

    /// Whether an entry stands in this stream of an account.
    func holds(_ entry: StreamedEntry, for account: ID<Account>) -> Bool {
        guard let isAtHome = entry.readers[account] else { return false }
        switch self {
        case .user: return isAtHome
        case .notifications, .direct: return false
        case .everyone(let source, let onlyMedia):
            guard entry.isListed, entry.hasMedia || !onlyMedia else { return false }
            return source == .anywhere || entry.isLocal == (source == .here)
        case .hashtag(let tag, _, let onlyLocal):
            return entry.isTagged && entry.hashtags.contains(tag) && (entry.isLocal || !onlyLocal)
        case .list(let id):
            // A group as a list: what the group put before those who follow it.
            let isOfGroup = id.rawValue == entry.entry.account.rawValue && !entry.isReply
            return entry.lists.contains(id) || isOfGroup
        }
    }

    /// What a token must be allowed to.
    var scope: Scope { self == .notifications ? "read:notifications" : "read:statuses" }
}

/// Why an app cannot listen.
struct StreamError: Error, Equatable {
    var text: String
    var status: Int

    static let unknown = StreamError(text: "Unknown stream type", status: 400)
    static let noTag = StreamError(text: "Missing tag name parameter", status: 400)
    static let noList = StreamError(text: "Record not found", status: 404)
    static let outOfScope = StreamError(text: APIError.outOfScope.text, status: 401)
    static let tooMany = StreamError(text: APIError.tooMany(retryAfterSeconds: 60).text, status: 429)
}

/// What an app asks for: the name of a stream and what goes with it, as they were sent.
struct StreamWish: Sendable, Hashable {
    var name: String
    var tag: String?
    var list: String?
    var onlyMedia = false

    /// Reads the wish.
    ///
    /// - Parameter fold: brings a hashtag into the one spelling under which it is stored.
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
