// SPDX-License-Identifier: Apache-2.0

import HTTPSignatures
import Markup
public import Model
public import Vocabulary

/// What an actor's document says, in our words.
public struct RemoteActor: Sendable, Hashable {
    /// The row to store.
    public var account: Account
    /// The keys that it lists and that are its own.
    public var keys: [RemoteKey]
}

/// A key that an actor lists.
public struct RemoteKey: Sendable, Hashable {
    /// What signatures name, with its fragment.
    public var id: IRI
    /// SubjectPublicKeyInfo, PEM.
    public var publicPEM: String
}

/// Reads another node's actor. Pure.
public enum ActorToAccount {
    /// What the document says, its fields capped and cleaned.
    ///
    /// - Parameters:
    ///   - host: of the handle; the actor's own authority unless WebFinger proved another.
    ///   - at: the present.
    /// - Throws: `.wrongOrigin` when messages for the actor would go to another host, `.notAnActor` when it has no
    ///   usable name. Spec: FEP-fe34.
    public static func read(
        _ document: ActorDocument, id: ID<Account>, host: String, at now: Timestamp
    ) throws(FederationError) -> RemoteActor {
        let iri = document.id
        if let inbox = document.inbox, !inbox.isSameOrigin(as: iri) { throw .wrongOrigin("inbox") }
        guard let username = username(of: document) else { throw .notAnActor }
        var account = Account(
            id: id, kind: kind(of: document.kind), username: username, host: host, iri: iri,
            displayName: PlainText.line(document.name, limit: FieldLimits.name),
            summary: summary(document.summaryHTML), createdAt: now)
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
        return RemoteActor(account: account, keys: keys(of: document))
    }

    /// The keys whose owner is the actor and whose id is of its origin; what is no key is left out.
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

    /// The key in the one spelling that we store and compare; nil when it is no key that we accept.
    static func pem(of key: KeyDocument) -> String? {
        guard key.text.utf8.count <= FieldLimits.keyBytes else { return nil }
        switch key.format {
        case .pem: return (try? PublicKey(pem: key.text))?.pem
        case .multibase: return (try? PublicKey(multibase: key.text))?.pem
        }
    }

    /// A name that a handle can hold. A program's may be anything, so what does not fit becomes a hyphen.
    private static func username(of document: ActorDocument) -> String? {
        let isProgram = document.kind == .application || document.kind == .service
        let stated = document.preferredUsername ?? document.webfinger.flatMap(WebFinger.parse(account:))?.name
        guard let name = stated ?? (isProgram ? document.id.host : nil),
            (1...255).contains(name.utf8.count)
        else { return nil }
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

    /// The lines of a profile, capped; a line that says nothing is none.
    private static func fields(of document: ActorDocument) -> [Model.ProfileField] {
        document.fields.prefix(FieldLimits.profileFields).compactMap { field in
            let name = PlainText.line(field.name, limit: FieldLimits.name)
            let value = Sanitizer.sanitize(PlainText.cut(field.valueHTML, bytes: FieldLimits.profileFieldBytes))
            return name.isEmpty ? nil : Model.ProfileField(name: name, value: value)
        }
    }

    /// Followers are addressed by this collection: one that is somebody else's, or everybody, is none.
    private static func followers(of document: ActorDocument) -> IRI? {
        guard let followers = document.followers?.belonging(to: document.id), followers != document.id,
            followers != .asPublic
        else { return nil }
        return followers
    }
}
