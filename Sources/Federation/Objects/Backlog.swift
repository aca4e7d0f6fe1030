// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model
internal import Storage
internal import Vocabulary

/// The coming events and the latest discussions of a group on another node, which is followed from here for the first
/// time. Without them its agenda here would be empty until something changes there.
struct Backlog: Sendable {
    /// The most discussions and events.
    static let limits = (posts: 10, events: 20)
    /// The most requests, with those for the authors.
    private static let requests = 48
    /// How far back in timelines something may stand.
    private static let horizon = Duration.days(365)
    /// How long it may take. What was found until then is stored.
    private static let patience = Duration.seconds(8)

    /// A post or an event, and the id of the `Announce` with which the group shared it.
    struct Item: Sendable {
        let object: GatheredObject
        let announce: IRI
    }

    /// The oldest post first, then the events.
    var items: [Item] = []

    /// Fetches what the group's outbox and its collection of coming events name. What cannot be fetched is left out.
    static func gather(of group: Account, using fetcher: ObjectFetcher) async -> Backlog {
        var backlog = Backlog()
        var budget = FetchBudget(requests)
        let end = fetcher.clock.now + patience
        let posts = await latest(of: group, using: fetcher, budget: &budget)
        let events = await coming(of: group, using: fetcher, budget: &budget)
        for (id, announce) in posts.reversed() + events {
            guard budget.left > 0, fetcher.clock.now < end, !Task.isCancelled else { break }
            do {
                guard !fetcher.identifiers.isLocal(id), try await fetcher.known(id) == nil else { continue }
                let document = try await fetcher.fetch(id, budget: &budget)
                let object = try await fetcher.gather(document, budget: &budget)
                if isWanted(object, at: fetcher.clock.now) {
                    backlog.items.append(Item(object: object, announce: announce))
                }
            } catch {
                continue
            }
        }
        return backlog
    }

    private static func isWanted(_ object: GatheredObject, at now: Timestamp) -> Bool {
        switch object {
        case .post(let remote, let author):
            remote.post.visibility == .everyone && remote.inReplyTo == nil && author.isActive
        case .event(let remote, let owner):
            remote.event.visibility == .everyone && remote.event.endsAt > now && owner.isActive
        }
    }

    /// The posts on the first page of the group's outbox, the latest first.
    private static func latest(
        of group: Account, using fetcher: ObjectFetcher, budget: inout FetchBudget
    ) async -> [(IRI, announce: IRI)] {
        guard let outbox = group.outbox, outbox.isSameOrigin(as: group.iri) else { return [] }
        var found: [(IRI, announce: IRI)] = []
        var seen: Set<IRI> = []
        for item in await items(of: outbox, using: fetcher, budget: &budget) {
            guard found.count < limits.posts else { break }
            guard let activity = item.document, let subject = subject(of: activity), seen.insert(subject).inserted
            else {
                continue
            }
            found.append((subject, activity.id ?? subject))
        }
        return found
    }

    /// The post that an activity of an outbox creates or announces.
    private static func subject(of activity: Document) -> IRI? {
        guard ["Announce", "Create"].contains(activity.type), let object = activity.reference("object") else {
            return nil
        }
        guard let inner = object.document, ["Create", "Announce"].contains(inner.type) else {
            let isOther = object.document.map { $0.family != .post && $0.family != .event } ?? false
            return isOther ? nil : object.id
        }
        return inner.type == "Create" ? inner.reference("object")?.id : nil
    }

    /// The group's coming events, the next one first.
    private static func coming(
        of group: Account, using fetcher: ObjectFetcher, budget: inout FetchBudget
    ) async -> [(IRI, announce: IRI)] {
        guard let document = try? await fetcher.fetch(group.iri, budget: &budget),
            let list = document.iri("upcomingEvents") ?? document.iri("events"), list.isSameOrigin(as: group.iri)
        else { return [] }
        let items = await items(of: list, using: fetcher, budget: &budget)
        let ids = items.compactMap { item in
            item.document.flatMap { subject(of: $0) ?? ($0.family == .event ? $0.id : nil) } ?? item.id
        }
        return ids.prefix(limits.events).map { ($0, announce: $0) }
    }

    /// The items of a collection, or of its first page.
    private static func items(
        of collection: IRI, using fetcher: ObjectFetcher, budget: inout FetchBudget
    ) async -> [Reference] {
        guard let document = try? await fetcher.fetch(collection, budget: &budget) else { return [] }
        let own = document.references("orderedItems") + document.references("items")
        if !own.isEmpty { return own }
        if let first = document.document("first") {
            let embedded = first.references("orderedItems") + first.references("items")
            if !embedded.isEmpty { return embedded }
        }
        guard let first = document.iri("first"), first.isSameOrigin(as: collection),
            let page = try? await fetcher.fetch(first, budget: &budget)
        else { return [] }
        return page.references("orderedItems") + page.references("items")
    }

    /// Stores what was found, as shared by the group. Nobody is notified and nothing is relayed: it is not new. In
    /// timelines it stands at the time when it was published, and not above what came here since.
    func store(of group: Account, _ incoming: IncomingActivity, in tx: Transaction) throws(DatabaseError) {
        for item in items {
            let time = max(min(item.object.publishedAt, incoming.now), incoming.now - Self.horizon)
            guard case .success(let stored) = try ObjectStore.insert(item.object.numbered(at: time, in: tx), in: tx)
            else { continue }
            switch stored {
            case .post(let id):
                _ = try Boosts.add(
                    ID(TimelineItems.pastID(at: time, in: tx).rawValue), account: group.id, post: id,
                    activity: item.announce, at: time, in: tx)
            case .event(let id):
                guard let event = try Events.byID(id, in: tx), event.owner != group.id else { continue }
                _ = try EventShares.add(
                    TimelineItems.pastID(at: time, in: tx), event: id, account: group.id, activity: item.announce,
                    at: time, in: tx)
            case .account: continue
            }
        }
    }
}
