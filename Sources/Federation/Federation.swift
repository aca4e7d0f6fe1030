// SPDX-License-Identifier: Apache-2.0

public import Database
public import Logging
public import Model
public import Telemetry
public import Vocabulary

/// The ActivityPub logic in both directions: it processes incoming activities and sends outgoing ones.
///
/// Federation never opens a connection. It fetches through a `DocumentLoader`, and writes deliveries into the outbox
/// queue. So all of it runs in a test where a dictionary replaces the network.
public struct Federation: Sendable {
    /// The database of this node.
    public let database: Database
    /// The name, languages and settings of this node, as they are now.
    public var community: Community { live.community }
    /// The same, for those who change it.
    public let live: LiveCommunity
    /// The ids (IRIs) of local actors and objects.
    public let identifiers: LocalIdentifiers
    /// Makes new row ids.
    public let ids: IDMaker
    /// The current time.
    public let clock: any Clock
    /// Every document is fetched through this loader.
    public let loader: any DocumentLoader
    /// Resolves an actor's id to an account row, and fetches actors and their keys.
    public let actors: ActorResolver
    /// Resolves `@name@host` to an account.
    public let handles: HandleResolver
    /// Reads and fetches posts and events of other nodes, and does not store them.
    let objects: ObjectFetcher
    /// Resolves the address of a post, event or actor for a member who looks it up.
    public let posts: PostResolver
    /// The ActivityPub collections of local actors and objects.
    public let collections: Collections
    /// Gives each server the documents of this node in the form of its family.
    public let documents: PeerDocuments
    /// Stores and queues outgoing activities.
    public let outbox: Outbox
    /// Counts the results of inbox authentication, by code.
    public let counters: Counters
    /// Parsed activities that were accepted and are not yet processed.
    let parsed = ParsedActivities()
    let logger: Logger

    /// Creates all parts.
    public init(
        database: Database, community: Community, loader: any DocumentLoader, ids: IDMaker, clock: any Clock,
        counters: Counters, logger: Logger
    ) {
        self.database = database
        live = LiveCommunity(community)
        self.identifiers = LocalIdentifiers(origin: community.origin)
        self.ids = ids
        self.clock = clock
        self.loader = loader
        self.counters = counters
        self.logger = logger
        actors = ActorResolver(
            database: database, loader: loader, identifiers: identifiers, ids: ids, clock: clock, mode: community.mode,
            timeZone: community.timeZone)
        handles = HandleResolver(actors: actors)
        objects = ObjectFetcher(actors: actors)
        posts = PostResolver(database: database, objects: objects)
        collections = Collections(database: database, identifiers: identifiers, clock: clock)
        documents = PeerDocuments(
            database: database, families: PeerFamilies(database: database, loader: loader, clock: clock),
            identifiers: identifiers, community: community)
        outbox = Outbox(identifiers: identifiers, community: community, ids: ids, clock: clock)
    }
}
