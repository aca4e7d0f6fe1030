// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import HTTPSupport
internal import Logging
internal import Model
internal import Services
internal import Storage

// The transaction that changes something announces it, and every process gets the announcement. Each process then reads
// the database once for all apps that are connected to it. One pass decides which streams get a timeline item. The
// status is written once for all public streams, and once for each account that gets it in its home timeline or a list.
// The number of apps on public streams therefore does not change the load of the database.

/// The open streams of this process.
actor StreamHub {
    /// The largest numbers for one process.
    struct Limits: Sendable {
        var perAccount = 20
        var connections = 2_000
        var streams = 50

        /// The limits of a node on the open internet.
        static let usual = Limits()
        /// No limits on connections, for tests.
        static let none = Limits(perAccount: .max, connections: .max)
    }

    let services: Services
    let rendering: Rendering
    let limits: Limits
    /// Subscribed at the start, so that no announcement is missed between the first connection and the first read.
    private let announcements: AsyncStream<String>
    private var listeners: [UInt64: StreamListener] = [:]
    private var last: UInt64 = 0
    private var isClosed = false

    /// How often a server-sent event stream gets a comment that keeps it open.
    private static let beat = Duration.seconds(15)
    /// For how many accounts a status is written at the same time.
    private static let width = 4

    init(services: Services, rendering: Rendering, limits: Limits = Limits()) {
        self.services = services
        self.rendering = rendering
        self.limits = limits
        announcements = services.database.announcements
    }

    // MARK: - Connections

    /// Registers a connection without streams.
    ///
    /// - Returns: the id of the connection.
    func admit(_ identity: AppIdentity, as account: ID<Account>, _ sink: StreamSink) throws(StreamError) -> UInt64 {
        guard hasRoom(for: account) else { throw .tooMany }
        last += 1
        listeners[last] = StreamListener(
            number: last, account: account, token: identity.token, scopes: identity.scopes, sink: sink)
        return last
    }

    /// Whether one more connection of an account is allowed.
    func hasRoom(for account: ID<Account>) -> Bool {
        !isClosed && listeners.count < limits.connections
            && listeners.values.count { $0.account == account } < limits.perAccount
    }

    /// The number of open connections.
    var count: Int { listeners.count }

    /// Subscribes a connection to a stream. A second call changes nothing.
    func subscribe(_ number: UInt64, to subscription: StreamSubscription) async throws(StreamError) {
        guard let listener = listeners[number] else { return }
        let stream = try subscription.stream(fold: services.foldedTag)
        guard listener.scopes.cover(stream.scope) else { throw .outOfScope }
        if case .list(let id) = stream {
            guard (try? await services.list(id, of: listener.account)) != nil else { throw .noList }
        }
        guard let streams = listeners[number]?.streams, streams.count < limits.streams else { throw .tooMany }
        listeners[number]?.streams.insert(stream)
    }

    /// Ends the subscription to a stream.
    func unsubscribe(_ number: UInt64, from subscription: StreamSubscription) throws(StreamError) {
        let stream = try subscription.stream(fold: services.foldedTag)
        listeners[number]?.streams.remove(stream)
    }

    /// Removes a connection that the app has closed.
    func leave(_ number: UInt64) {
        listeners[number] = nil
    }

    // MARK: - Announcements

    /// Sends events to the open streams until the task is cancelled. Then it closes all streams.
    func run(_ logger: Logger) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                while (try? await Task.sleep(for: Self.beat)) != nil { await self.tick() }
            }
            for await message in announcements {
                do {
                    try await handle(message)
                } catch {
                    logger.warning("event not told", metadata: ["error.kind": "\(error)"])
                }
            }
            group.cancelAll()
        }
        isClosed = true
        for listener in listeners.values { listener.sink.close(.goingAway) }
        listeners = [:]
    }

    private func tick() async {
        for listener in listeners.values { listener.sink.beat() }
        await checkTokens()
    }

    /// Handles one announcement. An event that cannot be read now is not sent later; apps read the timelines when they
    /// reconnect.
    func handle(_ message: String) async throws {
        guard !listeners.isEmpty else { return }
        if message == Change.settingsChanged.rawValue { return await checkTokens() }
        if let event = StreamEvent(text: message) { try await tell(event) }
    }

    private func tell(_ event: StreamEvent) async throws {
        switch event {
        case .item(let id):
            // What a group had to show before it was followed stands at its own time, and is no news.
            guard services.clock.now - id.madeAt < .hours(6) else { return }
            try await tell(of: id, as: "update")
        case .edited(let id): try await tell(of: id, as: "status.update")
        case .deleted(let ids, let author, let readers):
            try await announceDeletion(of: ids, author: author, readers: readers)
        case .deletedDirect(let ids, let readers): announceDeletion(of: ids, to: Set(readers))
        case .notification(let number, let account):
            guard isListening(account, [.user, .notifications]) else { return }
            guard let json = try await notification(number, account) else { return }
            tell(StreamMessage(event: "notification", payload: json), account, [.user, .notifications])
        case .conversation(let number, let account):
            guard isListening(account, [.direct]), let json = try await conversation(number, account) else { return }
            tell(StreamMessage(event: "conversation", payload: json), account, [.direct])
        case .filtersChanged(let account):
            tell(StreamMessage(event: "filters_changed"), account, [.user])
        case .notificationsMerged(let account):
            let message = StreamMessage(event: "notifications_merged", payload: Array("1".utf8))
            tell(message, account, [.user, .notifications])
        case .announced(let number):
            guard isAnybodyHome, let json = try await announcement(number) else { return }
            tellEverybody(StreamMessage(event: "announcement", payload: json))
        case .reacted(let name, let number):
            guard isAnybodyHome, let json = try await reaction(name, number) else { return }
            tellEverybody(StreamMessage(event: "announcement.reaction", payload: json))
        case .withdrawn(let number):
            tellEverybody(StreamMessage(event: "announcement.delete", payload: Array("\(number)".utf8)))
        }
    }

    /// Closes the connections whose token was revoked or whose account may no longer act.
    private func checkTokens() async {
        let tokens = Array(Set(listeners.values.map(\.token)))
        guard !tokens.isEmpty,
            let living = try? await services.database.read({ db in try StreamAudience.living(tokens, in: db) })
        else { return }
        for listener in listeners.values where !living.contains(listener.token) && tokens.contains(listener.token) {
            listener.sink.close(.policyViolation)
            listeners[listener.number] = nil
        }
    }

    // MARK: - Events for one account

    private func isListening(_ account: ID<Account>, _ streams: Set<StreamName>) -> Bool {
        listeners.values.contains { $0.account == account && !$0.streams.isDisjoint(with: streams) }
    }

    private func tell(_ message: StreamMessage, _ account: ID<Account>, _ streams: Set<StreamName>) {
        for listener in listeners.values where listener.account == account {
            // Notifications are sent only to connections whose token has the scope for them.
            if message.event.hasPrefix("notification"), !listener.scopes.cover("read:notifications") { continue }
            for stream in listener.streams.intersection(streams) { listener.sink.send(message, to: stream) }
        }
    }

    // MARK: - Events for all accounts

    private var isAnybodyHome: Bool { listeners.values.contains { $0.streams.contains(.user) } }

    private func tellEverybody(_ message: StreamMessage) {
        for listener in listeners.values where listener.streams.contains(.user) {
            listener.sink.send(message, to: .user)
        }
    }

    // MARK: - Statuses

    private func tell(of id: ID<TimelineItem>, as event: String) async throws {
        let accounts = Array(Set(listeners.values.map(\.account)))
        let lists = Set(listeners.values.flatMap(\.streams).compactMap(\.list))
        let (mode, now) = (services.community.mode, services.clock.now)
        let streamed = try await services.database.read { db in
            try StreamAudience.load(id, listeners: accounts, lists: Array(lists), mode: mode, at: now, in: db)
        }
        guard let streamed else { return }
        // This loop sees connections that opened or closed during the read. Nothing suspends before `places` is
        // complete.
        var places: [(listener: StreamListener, stream: StreamName)] = []
        for listener in listeners.values {
            for stream in listener.streams where stream.holds(streamed, for: listener.account) {
                places.append((listener, stream))
            }
        }
        let forStrangers = places.contains { $0.stream.isPublic } ? try await status(streamed.item, for: nil) : nil
        let written = try await statuses(
            streamed.item, for: Set(places.filter { !$0.stream.isPublic }.map(\.listener.account)))
        for (listener, stream) in places {
            guard let json = stream.isPublic ? forStrangers : written[listener.account] else { continue }
            listener.sink.send(StreamMessage(event: event, payload: json), to: stream)
        }
    }

    private func announceDeletion(of ids: [ID<TimelineItem>], author: ID<Account>, readers: [ID<Account>]?) async throws
    {
        var recipients = Set(listeners.values.map(\.account))
        if let readers {
            let asked = Array(recipients)
            let followers = try await services.database.read { db in
                try StreamAudience.followers(of: author, among: asked, in: db)
            }
            recipients.formIntersection(followers.union(readers).union([author]))
        }
        announceDeletion(of: ids, to: recipients)
    }

    private func announceDeletion(of ids: [ID<TimelineItem>], to recipients: Set<ID<Account>>) {
        for listener in listeners.values where recipients.contains(listener.account) {
            for stream in listener.streams where stream.showsStatuses {
                for id in ids {
                    listener.sink.send(StreamMessage(event: "delete", payload: Array("\(id)".utf8)), to: stream)
                }
            }
        }
    }

    // MARK: - Writing

    /// Writes the status for each of the accounts, a few at the same time.
    private func statuses(
        _ item: TimelineItem, for accounts: Set<ID<Account>>
    ) async throws -> [ID<Account>: [UInt8]] {
        try await withThrowingTaskGroup(of: (ID<Account>, [UInt8]?).self) { group in
            var waiting = Array(accounts)
            var written: [ID<Account>: [UInt8]] = [:]
            for _ in 0..<Self.width {
                guard let next = waiting.popLast() else { break }
                group.addTask { (next, try await self.status(item, for: next)) }
            }
            while let (account, json) = try await group.next() {
                written[account] = json
                guard let next = waiting.popLast() else { continue }
                group.addTask { (next, try await self.status(item, for: next)) }
            }
            return written
        }
    }

    private nonisolated func status(_ item: TimelineItem, for viewer: ID<Account>?) async throws -> [UInt8]? {
        let view = try await services.database.read { db in
            try StatusViews.load([item], viewer: viewer, in: db).first
        }
        guard let view else { return nil }
        var writer = JSONWriter()
        writer.status(view, rendering)
        return writer.bytes
    }

    private nonisolated func notification(_ number: Int64, _ viewer: ID<Account>) async throws -> [UInt8]? {
        let view = try await services.database.read { db -> NotificationView? in
            guard let one = try Notifications.find(ID(number), of: viewer, in: db) else { return nil }
            return try NotificationViews.load([one], viewer: viewer, in: db).first
        }
        guard let view else { return nil }
        var writer = JSONWriter()
        writer.notification(view, rendering)
        return writer.bytes
    }

    private nonisolated func conversation(_ number: Int64, _ viewer: ID<Account>) async throws -> [UInt8]? {
        let found = try await services.database.read { db -> (DirectConversation, StatusView?)? in
            guard let one = try DirectConversations.find(ID(number), of: viewer, in: db) else { return nil }
            guard let item = try TimelineItems.byID(ID(one.lastPost.rawValue), in: db) else { return (one, nil) }
            return (one, try StatusViews.load([item], viewer: viewer, in: db).first)
        }
        guard let found else { return nil }
        var writer = JSONWriter()
        writer.conversation(found.0, last: found.1, rendering)
        return writer.bytes
    }

    /// Writes an announcement without a viewer, once for all accounts.
    private nonisolated func announcement(_ number: Int64) async throws -> [UInt8]? {
        guard let view = try await announced(number) else { return nil }
        var writer = JSONWriter()
        writer.announcement(view, rendering)
        return writer.bytes
    }

    private nonisolated func reaction(_ name: String, _ number: Int64) async throws -> [UInt8]? {
        guard let view = try await announced(number) else { return nil }
        var writer = JSONWriter()
        writer.object {
            $0.field("name", name)
            $0.field("count", view.reactions.first { $0.name == name }?.count ?? 0)
            $0.field("announcement_id", view.id)
        }
        return writer.bytes
    }

    private nonisolated func announced(_ number: Int64) async throws -> AnnouncementView? {
        let now = services.clock.now
        return try await services.database.read { db in
            try Announcements.find(ID(number), viewer: .first, at: now, in: db)
        }
    }
}
