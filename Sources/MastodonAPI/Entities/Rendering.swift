// SPDX-License-Identifier: Apache-2.0

internal import Model
internal import Storage
internal import TextEncoding

/// What every entity needs to know of the node: where it is, and how its addresses are written.
struct Rendering: Sendable {
    /// `https://cafe.example`, without a slash at the end.
    let origin: String
    /// `cafe.example`, with its port when it has one.
    let host: String
    let community: Community
    /// The time: polls are over by it, and a filter that ended before it finds nothing.
    let clock: any Model.Clock
    /// The number of the app that asks.
    var app: Int64?

    init(_ community: Community, clock: any Model.Clock = SystemClock()) {
        self.clock = clock
        self.community = community
        let text = String(describing: community.origin)
        origin = text.hasSuffix("/") ? String(text.dropLast()) : text
        host = origin.split(separator: "/").dropFirst().first.map(String.init) ?? origin
    }

    /// The picture of those who have none. Apps know it by the end of its name.
    var missingAvatar: String { origin + "/avatars/original/missing.png" }

    /// The wide picture of those who have none.
    var missingHeader: String { origin + "/headers/original/missing.png" }

    /// `name` here, `name@host` elsewhere.
    func acct(_ account: Account) -> String {
        account.isLocal ? account.username : "\(account.username)@\(account.host)"
    }

    /// The page for people; for people of this node the one that apps recognise.
    func url(of account: Account) -> String {
        String(describing: account.url ?? account.iri)
    }

    /// The page for people; for posts of this node the one that apps recognise, which ends in the number.
    func url(of post: PostView) -> String {
        guard post.post.isLocal else { return String(describing: post.post.url ?? post.post.iri) }
        return "\(origin)/@\(post.author.username)/\(post.post.id)"
    }

    func url(ofTag tag: String) -> String { "\(origin)/tags/\(tag.percentEncoded)" }
}

extension Visibility {
    /// The four words of the client API.
    var apiName: String {
        switch self {
        case .everyone: "public"
        case .unlisted: "unlisted"
        case .followers: "private"
        case .direct: "direct"
        }
    }

    /// Reads one of the four words.
    init?(apiName: String) {
        switch apiName {
        case "public": self = .everyone
        case "unlisted": self = .unlisted
        case "private": self = .followers
        case "direct": self = .direct
        default: return nil
        }
    }
}
