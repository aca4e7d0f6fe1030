// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import HTTPSupport
internal import Logging
internal import Model
internal import Services
internal import Storage

// What happens is announced by the transaction that makes it happen, in whichever process; every process hears it and looks
// once for all the apps that listen to it: one pass decides who gets an entry, and it is written once for all strangers and
// once for each account whose home page or list it stands in. How many apps listen to public streams changes nothing in the
// database.

/// The open apps of this process, and what they are told.
actor StreamHub {
    /// How much one process bears.
    struct Limits: Sendable {
        var perAccount = 20
        var connections = 2_000
        var streams = 50
    }

    let services: Services
    let rendering: Rendering
    let limits: Limits
    private var listeners: [UInt64: StreamListener] = [:]
    private var last: UInt64 = 0
    private var isClosed = false

    /// How often a stream of events shows that it lives.
    private static let beat = Duration.seconds(15)
    /// How many accounts an entry is written for at the same time.
    private static let width = 4

    init(services: Services, rendering: Rendering, limits: Limits = Limits()) {
        self.services = services
        self.rendering = rendering
        self.limits = limits
    }

    // MARK: - Who listens

    /// Lets an app listen, to nothing yet.
    ///
    /// - Returns: the number of the connection.
    func admit(_ identity: AppIdentity, as account: ID<Account>, _ sink: StreamSink) throws(StreamError) -> UInt64 {
        guard hasRoom(for: account) else { throw .tooMany }
        last += 1
        listeners[last] = StreamListener(
            number: last, account: account, token: identity.token, scopes: identity.scopes, sink: sink)
        return last
    }

    /// Whether one more connection of an account is borne.
    func hasRoom(for account: ID<Account>) -> Bool {
        !isClosed && listeners.count < limits.connections
            && listeners.values.count { $0.account == account } < limits.perAccount
    }

    /// How many connections are open.
    var count: Int { listeners.count }

    /// Adds a stream to what an app listens to. A second time changes nothing.
    func subscribe(_ number: UInt64, to wish: StreamWish) async throws(StreamError) {
        guard let listener = listeners[number] else { return }
        let stream = try wish.stream(fold: services.foldedTag)
        guard listener.scopes.cover(stream.scope) else { throw .outOfScope }
        if case .list(let id) = stream {
            guard (try? await services.list(id, of: listener.account)) != nil else { throw .noList }
        }
        guard let streams = listeners[number]?.streams, streams.count < limits.streams else { throw .tooMany }
        listeners[number]?.streams.insert(stream)
    }

    /// Takes a stream away again.
    func unsubscribe(_ number: UInt64, from wish: StreamWish) throws(StreamError) {
        let stream = try wish.stream(fold: services.foldedTag)
        listeners[number]?.streams.remove(stream)
    }

    /// The app is gone.
    func leave(_ number: UInt64) {
        listeners[number] = nil
    }

    // MARK: - What happens

    /// Tells open apps what happens, until the task is cancelled; then all of them are sent away.
    func run() async {
        let words = services.database.announcements
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                while (try? await Task.sleep(for: Self.beat)) != nil { await self.tick() }
            }
            for await word in words { await hear(word) }
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

    /// Hears one announcement. What cannot be read now is not told later: apps look for themselves when they come back.
    func hear(_ word: String) async {
        guard !listeners.isEmpty else { return }
        if word == Change.settingsChanged.rawValue { return await checkTokens() }
        guard let event = StreamEvent(text: word) else { return }
        do {
            try await tell(event)
        } catch {
            services.database.note("event not told", error)
        }
    }

    private func tell(_ event: StreamEvent) async throws {
        switch event {
        case .entry(let id): try await tell(of: id, as: "update")
        case .edited(let id): try await tell(of: id, as: "status.update")
        case .deleted(let ids, let author, let readers):
            try await farewell(ids, author: author, readers: readers)
        case .notification(let number, let account):
            guard let json = try await services.streamedNotification(number, account) else { return }
            tell(StreamMessage(event: "notification", payload: json), to: account, [.user, .notifications])
        case .conversation(let number, let account):
            tell(StreamMessage(event: "conversation", payload: Array("\(number)".utf8)), to: account, [.direct])
        case .filtersChanged(let account): tell(StreamMessage(event: "filters_changed"), to: account, [.user])
        case .notificationsMerged(let account):
            tell(StreamMessage(event: "notifications_merged", payload: Array("1".utf8)), to: account, [.user, .notifications])
        }
    }
}
