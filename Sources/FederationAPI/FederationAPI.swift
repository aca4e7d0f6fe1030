// SPDX-License-Identifier: Apache-2.0

internal import Database
public import Federation
public import HTTPSupport
internal import Model
internal import Storage

/// The server-to-server API: everything that peers fetch from this node, and the inboxes to which they post.
public struct FederationAPI: Sendable {
    let documents: Documents
    let authenticator: InboxAuthenticator
    let version: String

    /// Creates the API.
    ///
    /// - Parameters:
    ///   - authenticator: checks and stores activities. There must be one for the whole process, because it holds the
    ///     rate limits and caches.
    ///   - version: the version of this program for NodeInfo.
    public init(federation: Federation, authenticator: InboxAuthenticator, software version: String) {
        documents = Documents(
            federation: federation, fetch: AuthorizedFetch(authenticator: authenticator, federation: federation))
        self.authenticator = authenticator
        self.version = version
    }

    /// All routes.
    public var routes: [Route] {
        InboxRoutes(documents: documents, authenticator: authenticator).routes
            + ActorRoutes(documents: documents).routes
            + CollectionRoutes(documents: documents).routes
            + ObjectRoutes(documents: documents).routes
            + WellKnownRoutes(documents: documents, version: version).routes
    }

    /// How often the version of the data is compared on SQLite.
    private static let comparison = Duration.seconds(1)

    /// Clears the document cache as soon as accounts or settings change. Without it cached documents only expire by
    /// age. Returns when the database is closed or the task is cancelled.
    public func followChanges() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                for await change in ChangeFeed(documents.federation.database).changes()
                where change == .settingsChanged {
                    documents.cache.forgetAll()
                }
            }
            if documents.federation.database.engine == .sqlite {
                group.addTask { await watchCommands() }
            }
            await group.next()
            group.cancelAll()
        }
    }

    /// Clears the document cache when anything was committed.
    ///
    /// On SQLite a command such as `troquet account suspend` runs in another process, and what it announces is not heard
    /// here. Commits of this process clear the cache too, at most once a second.
    private func watchCommands() async {
        let database = documents.federation.database
        var known = try? await database.version()
        while (try? await Task.sleep(for: Self.comparison)) != nil {
            let version = try? await database.version()
            if version == nil || version != known { documents.cache.forgetAll() }
            known = version
        }
    }
}
