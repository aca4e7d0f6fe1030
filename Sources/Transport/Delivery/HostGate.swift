// SPDX-License-Identifier: Apache-2.0

internal import DequeModule
internal import HTTPSignatures
internal import Model
internal import Storage

// Which delivery goes next. The rules, so that no host can hold up another:
//
// A host has two requests open at first, one more after each success up to eight, half after a failure, and one while
// it is known to fail. The node has `concurrency` requests open, not counting those that have waited for half a second:
// they cost nothing but a socket. A host that has kept us waiting for three seconds gets nothing new until it answers,
// and what was already leased for it is given back.

/// The deliveries that are leased and not yet done, by host; a plain value, told the time.
struct HostGate {
    /// Bounds, in requests.
    struct Limits: Sendable {
        var concurrency = 64
        var start = 2
        var ceiling = 8
        var total = 1024
        var hosts = 10_000
    }

    /// A delivery that may be sent now.
    struct Departure {
        var delivery: QueuedDelivery
        var host: String
        var scheme: SignatureScheme
        var expiresAt: Timestamp
    }

    private struct Flight {
        var host: String
        var since: ContinuousClock.Instant
        var isSlow = false
    }

    fileprivate struct Waiting {
        var delivery: QueuedDelivery
        var expiresAt: Timestamp
    }

    struct HostState {
        var limit: Int
        var open = 0
        var slow = 0
        var isDragging = false
        var isReady = false
        var failures = 0
        var failedAt: ContinuousClock.Instant?
        var restUntil = Timestamp(0)
        var notedSuccessAt: Timestamp?
        var scheme = SignatureScheme.cavage
        var schemeUntil = Timestamp(0)
        fileprivate var queue: Deque<Waiting> = []

        /// How many may be open now.
        var openLimit: Int { failures > 0 ? 1 : limit }
        var queueLimit: Int { slow > 0 || failures > 0 ? openLimit : limit * 8 }
        fileprivate var mayStart: Bool { open < openLimit && !isDragging && !queue.isEmpty }
        var isBusy: Bool { isDragging || queue.count >= queueLimit }
        var isIdle: Bool { open == 0 && queue.isEmpty }
    }

    private let limits: Limits
    private var hosts: [String: HostState] = [:]
    private var flights: [ID<QueuedDelivery>: Flight] = [:]
    private var ready: Deque<String> = []
    private var queued = 0
    private var slow = 0
    private var slowHosts: Set<String> = []

    init(limits: Limits) {
        self.limits = limits
    }

    /// How many requests are open.
    var openCount: Int { flights.count }

    /// How many deliveries should be leased now, so that there is always one round ahead.
    var wanted: Int {
        guard flights.count < limits.total else { return 0 }
        let behindSlow = slowHosts.reduce(0) { $0 + (hosts[$1]?.queue.count ?? 0) }
        return min(256, max(0, 2 * limits.concurrency - (flights.count - slow) - (queued - behindSlow)))
    }

    /// Whether so much was done that a new lease is worth its transaction.
    var runsDry: Bool { wanted >= limits.concurrency }

    /// Hosts for which nothing more should be leased; at most 500.
    var busyHosts: [String] { Array(hosts.lazy.filter { $0.value.isBusy }.map(\.key).prefix(500)) }

    /// What is known of a host; `nil` when nothing is, or when it fails and another process may know better.
    func knows(_ host: String) -> Bool { hosts[host].map { $0.failures == 0 } ?? false }

    /// The host's state as it stands.
    func state(of host: String) -> HostState { hosts[host] ?? HostState(limit: limits.start) }

    /// Takes over what the database knows of a host, unless we know better: what we have just found is not yet there.
    mutating func learn(_ peer: PeerState, wallClock: Timestamp) {
        var state = state(of: peer.host)
        guard state.isIdle, state.restUntil <= wallClock else { return }
        state.failures = peer.failures
        state.restUntil = peer.restUntil
        state.scheme = peer.scheme.flatMap(SignatureScheme.init) ?? .cavage
        state.schemeUntil = peer.schemeUntil
        hosts[peer.host] = state
    }

    /// Takes in a leased delivery.
    ///
    /// A host may rest here a moment before the database knows of it.
    ///
    /// - Returns: whether there is room for it; otherwise it is to be given back.
    mutating func enqueue(
        _ delivery: QueuedDelivery, host: String, expiresAt: Timestamp, wallClock: Timestamp
    ) -> Bool {
        var state = state(of: host)
        guard !state.isBusy, state.restUntil <= wallClock, flights[delivery.id] == nil else { return false }
        state.queue.append(Waiting(delivery: delivery, expiresAt: expiresAt))
        queued += 1
        hosts[host] = state
        makeReady(host)
        return true
    }

    /// The next delivery that may be sent; `nil` when none may.
    mutating func depart(at now: ContinuousClock.Instant, wallClock: Timestamp) -> Departure? {
        guard flights.count - slow < limits.concurrency, flights.count < limits.total else { return nil }
        while let host = ready.popFirst() {
            guard var state = hosts[host] else { continue }
            state.isReady = false
            guard state.mayStart else {
                hosts[host] = state
                continue
            }
            let next = state.queue.removeFirst()
            queued -= 1
            state.open += 1
            hosts[host] = state
            flights[next.delivery.id] = Flight(host: host, since: now)
            makeReady(host)
            let scheme = state.schemeUntil > wallClock ? state.scheme : .cavage
            return Departure(delivery: next.delivery, host: host, scheme: scheme, expiresAt: next.expiresAt)
        }
        return nil
    }

    /// Notes who is slow. Told every half second or so.
    ///
    /// - Returns: leased deliveries that are to be given back.
    mutating func look(at now: ContinuousClock.Instant) -> [QueuedDelivery] {
        var back: [QueuedDelivery] = []
        for (id, flight) in flights where now - flight.since >= .milliseconds(500) {
            if !flight.isSlow {
                flights[id]?.isSlow = true
                slow += 1
                hosts[flight.host]?.slow += 1
                slowHosts.insert(flight.host)
            }
            guard now - flight.since >= .seconds(3), hosts[flight.host]?.isDragging == false else { continue }
            hosts[flight.host]?.isDragging = true
            back += takeQueue(of: flight.host)
        }
        return back
    }

    /// Takes out everything that waits for a host.
    mutating func takeQueue(of host: String) -> [QueuedDelivery] {
        guard var state = hosts[host] else { return [] }
        let waiting = state.queue.map(\.delivery)
        queued -= waiting.count
        state.queue = []
        hosts[host] = state
        return waiting
    }

    /// Takes out everything that waits.
    mutating func takeAll() -> [QueuedDelivery] {
        hosts.keys.flatMap { takeQueue(of: $0) }
    }

    private mutating func makeReady(_ host: String) {
        guard var state = hosts[host], state.mayStart, !state.isReady else { return }
        state.isReady = true
        hosts[host] = state
        ready.append(host)
    }
}

// MARK: - What came of it

extension HostGate {
    /// An attempt has ended.
    ///
    /// - Returns: what is to be written about the host; a failure that began before the last one is not counted twice.
    mutating func land(
        _ delivery: QueuedDelivery, _ step: DeliveryPlan.HostStep, at now: ContinuousClock.Instant, wallClock: Timestamp
    ) -> DeliveryPlan.HostStep {
        guard let flight = flights.removeValue(forKey: delivery.id), var state = hosts[flight.host] else {
            return .keep
        }
        state.open -= 1
        if flight.isSlow {
            slow -= 1
            state.slow -= 1
        }
        if state.slow == 0 {
            state.isDragging = false
            slowHosts.remove(flight.host)
        }
        let noted = Self.note(step, in: &state, flight.since, now, wallClock, limits)
        hosts[flight.host] = state
        makeReady(flight.host)
        if hosts.count > limits.hosts { forgetIdle() }
        return noted
    }

    /// Remembers which signature a host took.
    mutating func learn(_ scheme: SignatureScheme, of host: String, until: Timestamp) {
        hosts[host]?.scheme = scheme
        hosts[host]?.schemeUntil = until
    }

    private static func note(
        _ step: DeliveryPlan.HostStep, in state: inout HostState, _ since: ContinuousClock.Instant,
        _ now: ContinuousClock.Instant, _ wallClock: Timestamp, _ limits: Limits
    ) -> DeliveryPlan.HostStep {
        switch step {
        case .keep: return .keep
        case .recover:
            state.limit = min(limits.ceiling, state.limit + 1)
            // Written when it changes something, and otherwise now and then.
            let isNews = state.failures > 0 || state.notedSuccessAt.map { wallClock - $0 > .minutes(10) } ?? true
            state.failures = 0
            state.restUntil = Timestamp(0)
            if isNews { state.notedSuccessAt = wallClock }
            return isNews ? .recover : .keep
        case .rest(let until):
            if let failedAt = state.failedAt, since < failedAt { return .keep }
            state.limit = max(1, state.limit / 2)
            state.failedAt = now
            state.failures += 1
            state.restUntil = until
            return step
        }
    }

    private mutating func forgetIdle() {
        hosts = hosts.filter { !$0.value.isIdle || $0.value.failures > 0 }
        if hosts.count > limits.hosts { hosts = hosts.filter { !$0.value.isIdle } }
    }
}
