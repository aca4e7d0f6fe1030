// SPDX-License-Identifier: Apache-2.0

import HTTPSignatures
import Markup
public import Model
public import Vocabulary

/// The values that were read from an actor's document.
public struct RemoteActor: Sendable, Hashable {
    /// The row to store.
    public var account: Account
    /// The listed keys that belong to the actor.
    public var keys: [RemoteKey]
    /// The custom emoji that its texts use.
    public var emojis: [CustomEmoji] = []
}

/// A key that an actor lists.
public struct RemoteKey: Sendable, Hashable {
    /// The id that signatures name, with its fragment.
    public var id: IRI
    /// The public key as SubjectPublicKeyInfo in PEM.
    public var publicPEM: String
}

/// Reads the document of a remote actor. Pure.
public enum ActorToAccount {
    /// Reads the document. Fields are cut to their limits and sanitized.
    ///
    /// - Parameters:
    ///   - host: the host of the handle. It is the host of the actor's id unless WebFinger proved another one.
    ///   - at: the current time.
    /// - Throws: `.wrongOrigin` when the inbox is on another origin, `.notAnActor` when the actor has no usable name.
    ///   `.nameless` when it states no user name. Spec: FEP-fe34.
    public static func read(
        _ document: ActorDocument, id: ID<Account>, host: String, at now: Timestamp
    ) throws(FederationError) -> RemoteActor {
        let iri = document.id
        if let inbox = document.inbox, !inbox.isSameOrigin(as: iri) { throw .wrongOrigin("inbox") }
        guard let username = try username(of: document) else { throw .notAnActor }
        var account = Account(
            id: id, kind: kind(of: document.kind), username: username, host: host, iri: iri,
            displayName: PlainText.line(document.name, limit: FieldLimits.name),
            summary: summary(document.summaryHTML), createdAt: .claimed(document.published, notAfter: now))
        account.url = document.url?.belonging(to: iri)
        account.inbox = document.inbox
        account.sharedInbox = document.sharedInbox?.belonging(to: iri)
        account.outbox = document.outbox?.belonging(to: iri)
        account.followers = followers(of: document)
        account.icon = document.icon
        account.header = document.image
        account.fields = fields(of: document)
        account.approvesFollowers = document.manuallyApprovesFollowers
        account.discoverable = document.discoverable ?? false
        account.indexable = document.indexable ?? false
        account.fetchedAt = now
        account.movedTo = document.movedTo
        let texts = account.fields.flatMap { [$0.name, $0.value.string] }
        let emojis = NoteToPost.emojis(
            in: document.tags, of: [account.displayName, account.summary.string] + texts)
        account.emojis = emojis.map(\.shortcode)
        return RemoteActor(account: account, keys: keys(of: document), emojis: emojis)
    }

    /// The keys whose owner is the actor and whose id has the actor's origin. Values that are not keys are left out.
    public static func keys(of document: ActorDocument) -> [RemoteKey] {
        var keys: [RemoteKey] = []
        for key in document.publicKeys.prefix(FieldLimits.keys) {
            guard key.owner == document.id, key.id.isSameOrigin(as: document.id), let pem = pem(of: key),
                !keys.contains(where: { $0.id == key.id })
            else { continue }
            keys.append(RemoteKey(id: key.id, publicPEM: pem))
        }
        return keys
    }

    /// The key in the one PEM form that is stored and compared; nil when the key is not accepted.
    static func pem(of key: KeyDocument) -> String? {
        guard key.text.utf8.count <= FieldLimits.keyBytes else { return nil }
        switch key.format {
        case .pem: return (try? PublicKey(pem: key.text))?.pem
        case .multibase: return (try? PublicKey(multibase: key.text))?.pem
        }
    }

    /// A name that is valid in a handle. An application may have any name, so invalid characters become hyphens.
    private static func username(of document: ActorDocument) throws(FederationError) -> String? {
        let isProgram = document.kind == .application || document.kind == .service
        let stated = document.preferredUsername ?? document.webfinger.flatMap(WebFinger.parse(account:))?.name
        guard let name = stated ?? (isProgram ? document.id.host : nil) else { throw .nameless }
        guard (1...255).contains(name.utf8.count) else { return nil }
        if isSane(name) { return name }
        guard isProgram else { return nil }
        let fitting = String(name.map { isSane(String($0)) ? $0 : "-" })
        return isSane(fitting) ? fitting : nil
    }

    private static func isSane(_ name: String) -> Bool { Handle(name).map { $0.name == name } ?? false }

    private static func kind(of kind: ActorKind) -> Account.Kind {
        switch kind {
        case .person: .person
        case .group: .group
        case .application: .application
        case .service: .service
        case .organization: .organization
        }
    }

    private static func summary(_ html: String?) -> SanitizedHTML {
        guard let html else { return .empty }
        return Sanitizer.sanitize(PlainText.cut(html, bytes: FieldLimits.summaryBytes))
    }

    /// The profile fields, cut to their limits. A field without content is left out.
    private static func fields(of document: ActorDocument) -> [Model.ProfileField] {
        document.fields.prefix(FieldLimits.profileFields).compactMap { field in
            let name = PlainText.line(field.name, limit: FieldLimits.name)
            let value = Sanitizer.sanitize(PlainText.cut(field.valueHTML, bytes: FieldLimits.profileFieldBytes))
            return name.isEmpty ? nil : Model.ProfileField(name: name, value: value)
        }
    }

    /// The actor's followers collection; nil when it has another origin or is Public. Posts for followers are addressed
    /// to it.
    private static func followers(of document: ActorDocument) -> IRI? {
        guard let followers = document.followers?.belonging(to: document.id), followers != document.id,
            followers != .asPublic
        else { return nil }
        return followers
    }
}
