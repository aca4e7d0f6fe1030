// SPDX-License-Identifier: Apache-2.0

public import Database
public import Logging
public import Model
public import Telemetry
public import Vocabulary

/// What an activity means, both ways: the parts, wired once.
///
/// Federation never opens a connection: it asks a `DocumentLoader`, and writes what is to be delivered into the
/// outbox queue. So the whole of it runs in a test with a dictionary as the world.
public struct Federation: Sendable {
    /// Rows.
    public let database: Database
    /// Who we are.
    public let community: Community
    /// Our ids on the wire.
    public let identifiers: LocalIdentifiers
    /// New numbers.
    public let ids: IDMaker
    /// The time.
    public let clock: any Clock
    /// Everything fetched comes through it.
    public let loader: any DocumentLoader
    /// Known, stale and unknown actors, and their keys.
    public let actors: ActorResolver
    /// `@name@host` to an actor.
    public let handles: HandleResolver
    /// Posts and events of other nodes, read and fetched but not stored.
    let objects: ObjectFetcher
    /// Posts, events and actors by their address, for a member who asks.
    public let posts: PostResolver
    /// What our actors show of themselves.
    public let collections: Collections
    /// Saying something.
    public let outbox: Outbox
    /// What happened at the authenticator, by code.
    public let counters: Counters
    /// Activities that were let in and are not yet processed, as they were parsed.
    let parsed = ParsedActivities()
    let logger: Logger

    /// Wires the parts.
    public init(
        database: Database, community: Community, loader: any DocumentLoader, ids: IDMaker, clock: any Clock,
        counters: Counters, logger: Logger
    ) {
        self.database = database
        self.community = community
        self.identifiers = LocalIdentifiers(origin: community.origin)
        self.ids = ids
        self.clock = clock
        self.loader = loader
        self.counters = counters
        self.logger = logger
        actors = ActorResolver(
            database: database, loader: loader, identifiers: identifiers, ids: ids, clock: clock, mode: community.mode)
        handles = HandleResolver(actors: actors)
        objects = ObjectFetcher(actors: actors)
        posts = PostResolver(database: database, objects: objects)
        collections = Collections(database: database, identifiers: identifiers, clock: clock)
        outbox = Outbox(identifiers: identifiers, community: community, ids: ids, clock: clock)
    }
}
