// SPDX-License-Identifier: Apache-2.0

public import Model
public import Storage
public import Vocabulary

/// Computes the audience of a local post or event. Pure.
///
/// Mastodon reads the visibility from `to` and `cc` only. Lemmy looks for the group in `to`, then in `cc`. Mobilizon
/// and Pleroma need both to be lists. A post of a person is never addressed to the followers of a group.
public enum Addressing {
    /// The audience of a post.
    ///
    /// - Parameters:
    ///   - parentAuthor: the author of the post that it replies to.
    ///   - others: accounts to whom it is delivered too. Mastodon drops a post that is addressed to nobody on its server.
    public static func audience(
        of view: PostView, parentAuthor: Account? = nil, alsoTo others: [Account] = [], identifiers: LocalIdentifiers
    ) -> Audience {
        let post = view.post
        let followers = identifiers.followers(of: view.author.iri)
        let people = ([parentAuthor].compactMap { $0 } + view.mentions + others)
            .filter { $0.id != view.author.id && $0.id != view.group?.id }.map(\.iri)
        let group = post.visibility.isOpen ? view.group?.iri : nil
        let groups = group.map { [$0] } ?? []
        switch post.visibility {
        case .everyone where group != nil && post.isTopLevel:
            return make(to: [.asPublic] + groups, cc: [followers] + people, audience: groups)
        case .everyone where group != nil:
            return make(to: [.asPublic], cc: groups + people, audience: groups)
        case .everyone:
            return make(to: [.asPublic], cc: [followers] + people, audience: [])
        case .unlisted:
            return make(to: [followers], cc: [.asPublic] + groups + people, audience: groups)
        case .followers:
            return make(to: [followers], cc: people, audience: [])
        case .direct:
            return make(to: people, cc: [], audience: [])
        }
    }

    /// The audience of an event. The followers of its owner are addressed. Public is in `to` when the event may appear
    /// in public lists.
    public static func audience(of view: EventView, identifiers: LocalIdentifiers) -> Audience {
        let followers = identifiers.followers(of: view.owner.iri)
        let groups = view.owner.isGroup ? [view.owner.iri] : []
        switch view.event.visibility {
        case .everyone: return make(to: [.asPublic], cc: [followers], audience: groups)
        case .unlisted: return make(to: [followers], cc: [.asPublic], audience: groups)
        case .followers: return make(to: [followers], cc: [], audience: groups)
        case .direct: return make(to: view.attendees.map(\.iri), cc: [], audience: groups)
        }
    }

    /// Makes an audience in which each actor appears once. An actor in `to` is not repeated in `cc`.
    private static func make(to: [IRI], cc: [IRI], audience: [IRI]) -> Audience {
        var seen: Set<IRI> = []
        return Audience(
            to: to.filter { seen.insert($0).inserted }, cc: cc.filter { seen.insert($0).inserted },
            audience: audience)
    }
}

extension Audience {
    /// Writes the properties: `to` and `cc` always as lists, `audience` as one id when there is one.
    func write(to object: inout JSON.Object) {
        object["to"] = JSON(to)
        object["cc"] = JSON(cc)
        if let first = audience.first { object["audience"] = JSON(first) }
    }
}
