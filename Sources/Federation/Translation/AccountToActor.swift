// SPDX-License-Identifier: Apache-2.0

public import Model
public import Vocabulary

/// Writes the document of a local actor in a form that every known server accepts. Pure.
///
/// `publicKey` is one object and never a list (Lemmy, Mobilizon). `url` and all boxes have the same origin as the id
/// (Mastodon, Misskey, Smithereen). `outbox` is always present (Lemmy). `discoverable` is always written (Mobilizon
/// shows a profile only when it is true).
public enum AccountToActor {
    /// The document, with its context.
    public static func document(_ account: Account, publicPEM: String, identifiers: LocalIdentifiers) -> JSON {
        let id = account.iri
        var object: JSON.Object = [
            "id": JSON(id), "type": JSON(type(of: account.kind)),
            "preferredUsername": JSON(account.username),
            "webfinger": JSON("\(account.username)@\(identifiers.host)"),
            "name": JSON(account.shownName), "summary": JSON(account.summary.string),
            "url": JSON(page(of: account, identifiers)),
            "inbox": JSON(identifiers.inbox(of: id)), "outbox": JSON(identifiers.outbox(of: id)),
            "followers": JSON(identifiers.followers(of: id)), "following": JSON(identifiers.following(of: id)),
            "manuallyApprovesFollowers": JSON(account.approvesFollowers),
            "discoverable": JSON(account.discoverable), "indexable": JSON(account.indexable),
            "published": JSON(account.createdAt.description),
            "endpoints": ["sharedInbox": JSON(identifiers.sharedInbox)],
            "publicKey": [
                "id": JSON(identifiers.keyID(of: id)), "owner": JSON(id), "publicKeyPem": JSON(publicPEM),
            ],
        ]
        if account.kind != .application { object["featured"] = JSON(identifiers.featured(of: id)) }
        if account.isGroup { addGroup(to: &object, id, identifiers) }
        if let icon = account.icon { object["icon"] = image(icon) }
        if let header = account.header { object["image"] = image(header) }
        if !account.fields.isEmpty {
            object["attachment"] = .array(
                account.fields.map {
                    ["type": "PropertyValue", "name": JSON($0.name), "value": JSON($0.value.string)]
                })
        }
        if account.suspendedAt != nil { object["suspended"] = true }
        if let movedTo = account.movedTo { object["movedTo"] = JSON(movedTo) }
        return object.standing(in: Contexts.actor)
    }

    /// Spec: FEP-1b12 (`attributedTo` is the collection of moderators); FEP-8a8e (`upcomingEvents`).
    private static func addGroup(to object: inout JSON.Object, _ id: IRI, _ identifiers: LocalIdentifiers) {
        object["attributedTo"] = JSON(identifiers.moderators(of: id))
        object["moderators"] = JSON(identifiers.moderators(of: id))
        object["postingRestrictedToMods"] = false
        object["upcomingEvents"] = JSON(identifiers.upcoming(of: id))
    }

    private static func page(of account: Account, _ identifiers: LocalIdentifiers) -> IRI {
        if let url = account.url?.belonging(to: account.iri) { return url }
        return account.kind == .application ? identifiers.origin : identifiers.page(of: account.handle)
    }

    private static func image(_ url: IRI) -> JSON {
        .object(droppingNil: [("type", "Image"), ("mediaType", mediaType(of: url)), ("url", JSON(url))])
    }

    private static func mediaType(of url: IRI) -> JSON? {
        switch url.path.lowercased().split(separator: ".").last {
        case "png": "image/png"
        case "jpg", "jpeg": "image/jpeg"
        case "webp": "image/webp"
        case "gif": "image/gif"
        default: nil
        }
    }

    private static func type(of kind: Account.Kind) -> String {
        switch kind {
        case .person: "Person"
        case .group: "Group"
        case .application: "Application"
        case .service: "Service"
        case .organization: "Organization"
        }
    }
}
