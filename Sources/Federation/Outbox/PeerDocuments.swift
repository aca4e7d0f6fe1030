// SPDX-License-Identifier: Apache-2.0

public import Database
internal import Limits
public import Model
public import Storage
internal import Synchronization
public import Vocabulary

/// Gives each server the documents of this node in the form of its family, in deliveries and in responses to signed
/// requests alike. See ``PeerRendition`` for the forms.
public struct PeerDocuments: Sendable {
    /// The families of other servers.
    public let families: PeerFamilies
    private let database: Database
    private let identifiers: LocalIdentifiers
    private let community: Community
    private let bodies = RenderedBodies()

    /// Creates the value.
    public init(
        database: Database, families: PeerFamilies, identifiers: LocalIdentifiers, community: Community
    ) {
        self.database = database
        self.families = families
        self.identifiers = identifiers
        self.community = community
    }

    /// The text of a delivery for the host of its inbox.
    ///
    /// - Returns: nil when the host is known to refuse the activity, so that nothing needs to be sent.
    public func body(of delivery: QueuedDelivery) async -> String? {
        guard let activity = bodies.parsed(delivery) else { return delivery.body }
        guard let family = await families.family(of: delivery.inbox.authority) else { return delivery.body }
        if let body = bodies.rendered(delivery, for: family) { return body }
        let rendition = await rendition(of: activity, for: family)
        let body = rendition.activity(activity).map { String(decoding: JSON.object($0).serialized(), as: UTF8.self) }
        bodies.keep(body, of: delivery, for: family)
        return body
    }

    /// Whether the form of a document depends on who reads it. A page of an outbox depends on its items.
    public func dependOnReader(_ document: JSON) -> Bool {
        guard let object = document.object else { return false }
        return PeerRendition.dependsOnFamily(object)
            || object["orderedItems"]?.array?.contains(where: dependOnReader) == true
    }

    /// A document that a host has fetched, in the form of its family.
    ///
    /// - Parameter isProved: whether the request is known to come from the host. Only such a host is asked for its
    ///   software.
    public func document(_ document: JSON, for host: String, isProved: Bool) async -> JSON {
        guard let object = document.object, dependOnReader(document) else { return document }
        let family = isProved ? await families.family(of: host) : await families.known(host)
        guard let family else { return document }
        guard let items = object["orderedItems"]?.array else {
            return .object(await self.document(object, for: family))
        }
        var page = object
        var rendered: [JSON] = []
        for item in items {
            guard let activity = item.object else {
                rendered.append(item)
                continue
            }
            rendered.append(.object(await self.document(activity, for: family)))
        }
        page["orderedItems"] = .array(rendered)
        return .object(page)
    }

    private func document(_ object: JSON.Object, for family: PeerFamily) async -> JSON.Object {
        let rendition = await rendition(of: object, for: family)
        if object["actor"] != nil, object["object"] != nil {
            // A server that asks for an activity gets it, also when nothing of the kind would be sent to it.
            return rendition.activity(object) ?? object
        }
        return rendition.object(object)
    }

    private func rendition(of document: JSON.Object, for family: PeerFamily) async -> PeerRendition {
        var rendition = PeerRendition(family: family, identifiers: identifiers)
        guard family.needsEventsOfPeople, let iri = PeerRendition.event(in: document, identifiers) else {
            return rendition
        }
        let (identifiers, community) = (identifiers, community)
        rendition.event = try? await database.read { db -> PeerRendition.EventFacts? in
            guard let event = try Events.byIRI(iri, in: db),
                let view = try EventViews.unrestricted(event.id, in: db)
            else { return nil }
            let document = EventToDocument.document(
                view, identifiers: identifiers, community: community,
                replies: try Threads.replyIRIs(to: iri, in: db))
            var speaker = view.organizer.flatMap { $0.isActive ? $0 : nil }
            if speaker == nil, view.owner.isGroup {
                speaker = try GroupRoles.moderators(of: view.owner.id, in: db).first { $0.isLocal && $0.isActive }
            }
            return PeerRendition.EventFacts(document: document, organizer: speaker?.iri)
        }
        return rendition
    }
}

/// The activities that are being delivered, parsed once, and rendered once for each family.
private final class RenderedBodies: Sendable {
    private struct Entry {
        var source: String
        /// The activity; nil when every family gets it in the same form.
        var activity: JSON.Object?
        var bodies: [PeerFamily: String?] = [:]
    }

    // This is a mutex, not an actor, because nothing is awaited while it is held.
    private let entries = Mutex(LRUCache<ID<SentActivity>, Entry>(capacity: 64))

    func parsed(_ delivery: QueuedDelivery) -> JSON.Object? {
        if let entry = entry(of: delivery) { return entry.activity }
        let object = (try? JSON.parse(Array(delivery.body.utf8)))?.object
        let entry = Entry(
            source: delivery.body, activity: object.flatMap { PeerRendition.dependsOnFamily($0) ? $0 : nil })
        entries.withLock { _ = $0.insert(entry, for: delivery.activity) }
        return entry.activity
    }

    func rendered(_ delivery: QueuedDelivery, for family: PeerFamily) -> String?? {
        entry(of: delivery)?.bodies[family]
    }

    func keep(_ body: String?, of delivery: QueuedDelivery, for family: PeerFamily) {
        entries.withLock { entries in
            guard var entry = entries.value(for: delivery.activity), entry.source == delivery.body else { return }
            entry.bodies[family] = .some(body)
            entries.insert(entry, for: delivery.activity)
        }
    }

    private func entry(of delivery: QueuedDelivery) -> Entry? {
        entries.withLock { entries in
            entries.value(for: delivery.activity).flatMap { $0.source == delivery.body ? $0 : nil }
        }
    }
}
