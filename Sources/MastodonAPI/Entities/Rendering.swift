// SPDX-License-Identifier: Apache-2.0

internal import Model
internal import Storage
internal import TextEncoding

/// The settings of the node that entities need: its origin, its community and its clock.
struct Rendering: Sendable {
    /// `https://cafe.example`, without a slash at the end.
    let origin: String
    /// `cafe.example`, with its port when it has one.
    let host: String
    let community: Community
    /// The clock, which decides whether a poll is over and whether a filter has expired.
    let clock: any Model.Clock
    /// The id of the app that sends the request.
    var app: Int64?

    init(_ community: Community, clock: any Model.Clock = SystemClock()) {
        self.clock = clock
        self.community = community
        let text = String(describing: community.origin)
        origin = text.hasSuffix("/") ? String(text.dropLast()) : text
        host = origin.split(separator: "/").dropFirst().first.map(String.init) ?? origin
    }

    /// The default avatar. Apps recognize it by the end of its name.
    var missingAvatar: String { origin + "/avatars/original/missing.png" }

    /// The default header picture.
    var missingHeader: String { origin + "/headers/original/missing.png" }

    /// Returns `name` for a local account, and `name@host` for a remote one.
    func acct(_ account: Account) -> String {
        account.isLocal ? account.username : "\(account.username)@\(account.host)"
    }

    /// Returns the address of the profile page. For a local account it has the form that apps recognize.
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
    /// The name in the client API.
    var apiName: String {
        switch self {
        case .everyone: "public"
        case .unlisted: "unlisted"
        case .followers: "private"
        case .direct: "direct"
        }
    }

    /// Creates the visibility from its name in the client API.
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

extension QuotePolicy {
    /// The name in the client API.
    var apiName: String { rawValue }

    /// Creates a policy that a person may choose from its name in the client API.
    init?(apiName: String) {
        switch apiName {
        case "public": self = .everyone
        case "followers": self = .followers
        case "nobody": self = .nobody
        default: return nil
        }
    }
}
