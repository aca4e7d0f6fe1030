// SPDX-License-Identifier: Apache-2.0

internal import DequeModule
internal import HTTPSignatures
internal import Model
internal import Storage

// Decides which delivery is sent next, so that no host delays another. The rules:
//
//  - A host may have two open requests at first, one more after each success up to eight, half as many after a failure,
//    and one while it is known to fail. A host that is far away may have one for each 25 ms of the round trip, up to
//    thirty-two. So it receives forty deliveries per second, wherever it is.
//  - Three different deliveries that fail with a 5xx or a redirect, and none that succeeds, count as a failure of the
//    host.
//  - The node may have `concurrency` open requests. Requests that have waited for half a second do not count, because
//    they cost nothing but a socket.
//  - A host whose response takes three seconds gets no new request until all its slow requests have ended. The rows
//    that are leased for it are released.

/// The leased deliveries that are not yet complete, by host. A value without I/O; the caller passes the time.
struct PerHostScheduler {
    /// Upper bounds, in requests.
    struct Limits: Sendable {
        var concurrency = 64
        var start = 2
        var ceiling = 8
        var farCeiling = 32
        var total = 1024
        var hosts = 10_000
    }

    /// A delivery that may be sent now.
    struct Dispatch {
        var delivery: QueuedDelivery
        var host: String
        var scheme: SignatureScheme
        var expiresAt: Timestamp
    }

    private struct InFlight {
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
        /// The duration of a successful request, smoothed; nil before the first.
        var roundTrip: Duration?
        /// Deliveries that failed since the last success for a reason that may be the host's, three at most.
        var suspects: Set<ID<QueuedDelivery>> = []
        fileprivate var queue: Deque<Waiting> = []

        /// How many requests may be open now.
        var openLimit: Int { failures > 0 ? 1 : limit }
        var queueLimit: Int { slow > 0 || failures > 0 ? openLimit : limit * 8 }
        fileprivate var mayStart: Bool { open < openLimit && !isDragging && !queue.isEmpty }
        var isBusy: Bool { isDragging || queue.count >= queueLimit }
        var isIdle: Bool { open == 0 && queue.isEmpty }
    }

    private let limits: Limits
    private var hosts: [String: HostState] = [:]
    private var inFlight: [ID<QueuedDelivery>: InFlight] = [:]
    private var ready: Deque<String> = []
    private var queued = 0
    private var slow = 0
    private var slowHosts: Set<String> = []

    init(limits: Limits) {
        self.limits = limits
    }

    /// How many requests are open.
    var openCount: Int { inFlight.count }

    /// How many deliveries should be leased now, so that one more round is always ready.
    var wanted: Int {
        guard inFlight.count < limits.total else { return 0 }
        let behindSlow = slowHosts.reduce(0) { $0 + (hosts[$1]?.queue.count ?? 0) }
        return min(256, max(0, 2 * limits.concurrency - (inFlight.count - slow) - (queued - behindSlow)))
    }

    /// Whether so many are wanted that a new lease is worth its transaction.
    var runsDry: Bool { wanted >= limits.concurrency }

    /// Hosts for which nothing more should be leased; at most 500.
    var busyHosts: [String] { Array(hosts.lazy.filter { $0.value.isBusy }.map(\.key).prefix(500)) }

    /// Whether the state of a host is known. It is not when the host fails, because another process may know more.
    func knows(_ host: String) -> Bool { hosts[host].map { $0.failures == 0 } ?? false }

    /// The current state of the host.
    func state(of host: String) -> HostState { hosts[host] ?? HostState(limit: limits.start) }

    /// Takes over the state of a host from the database. A host with work keeps its state. So does a host in a pause,
    /// unless all results are written: then somebody has woken it.
    mutating func learn(_ peer: PeerState, wallClock: Timestamp, isWritten: Bool = false) {
        var state = state(of: peer.host)
        guard state.isIdle, isWritten || state.restUntil <= wallClock else { return }
        state.failures = peer.failures
        state.restUntil = peer.restUntil
        state.scheme = peer.scheme.flatMap(SignatureScheme.init) ?? .cavage
        state.schemeUntil = peer.schemeUntil
        hosts[peer.host] = state
    }

    /// Adds a leased delivery.
    ///
    /// It is refused when the host is paused. A pause may be known here before it is in the database.
    ///
    /// - Returns: whether it was added; otherwise its lease must be released.
    mutating func enqueue(
        _ delivery: QueuedDelivery, host: String, expiresAt: Timestamp, wallClock: Timestamp
    ) -> Bool {
        var state = state(of: host)
        guard !state.isBusy, state.restUntil <= wallClock, inFlight[delivery.id] == nil else { return false }
        state.queue.append(Waiting(delivery: delivery, expiresAt: expiresAt))
        queued += 1
        hosts[host] = state
        makeReady(host)
        return true
    }

    /// The next delivery that may be sent; `nil` when there is none.
    mutating func nextDispatch(at now: ContinuousClock.Instant, wallClock: Timestamp) -> Dispatch? {
        guard inFlight.count - slow < limits.concurrency, inFlight.count < limits.total else { return nil }
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
            inFlight[next.delivery.id] = InFlight(host: host, since: now)
            makeReady(host)
            let scheme = state.schemeUntil > wallClock ? state.scheme : .cavage
            return Dispatch(delivery: next.delivery, host: host, scheme: scheme, expiresAt: next.expiresAt)
        }
        return nil
    }

    /// Notes which hosts are slow. Called about every half second.
    ///
    /// - Returns: leased deliveries that must be released.
    mutating func look(at now: ContinuousClock.Instant) -> [QueuedDelivery] {
        var back: [QueuedDelivery] = []
        for (id, open) in inFlight where now - open.since >= .milliseconds(500) {
            if !open.isSlow {
                inFlight[id]?.isSlow = true
                slow += 1
                hosts[open.host]?.slow += 1
                slowHosts.insert(open.host)
            }
            guard now - open.since >= .seconds(3), hosts[open.host]?.isDragging == false else { continue }
            hosts[open.host]?.isDragging = true
            back += takeQueue(of: open.host)
        }
        return back
    }

    /// Removes and returns all deliveries that wait for a host.
    mutating func takeQueue(of host: String) -> [QueuedDelivery] {
        guard var state = hosts[host] else { return [] }
        let waiting = state.queue.map(\.delivery)
        queued -= waiting.count
        state.queue = []
        hosts[host] = state
        return waiting
    }

    /// Removes and returns all waiting deliveries.
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

// MARK: - Results

extension PerHostScheduler {
    /// Records that an attempt has ended.
    ///
    /// - Returns: what is to be written about the host. When several open requests fail together, only the first
    ///   failure counts.
    mutating func complete(
        _ delivery: QueuedDelivery, _ step: DeliveryPlan.HostStep, at now: ContinuousClock.Instant, wallClock: Timestamp
    ) -> DeliveryPlan.HostStep {
        guard let open = inFlight.removeValue(forKey: delivery.id), var state = hosts[open.host] else {
            return .keep
        }
        state.open -= 1
        if open.isSlow {
            slow -= 1
            state.slow -= 1
        }
        if state.slow == 0 {
            state.isDragging = false
            slowHosts.remove(open.host)
        }
        let noted = Self.note(step, in: &state, open.since, now, wallClock, limits)
        hosts[open.host] = state
        makeReady(open.host)
        if hosts.count > limits.hosts { forgetIdle() }
        return noted
    }

    /// Records that a delivery failed for a reason that may be the host's.
    ///
    /// - Returns: whether so many different deliveries have failed that it is the host's.
    mutating func suspect(_ id: ID<QueuedDelivery>, host: String) -> Bool {
        guard var state = hosts[host] else { return false }
        if state.suspects.count < 3 { state.suspects.insert(id) }
        hosts[host] = state
        return state.suspects.count >= 3
    }

    /// Remembers which signature scheme a host accepted.
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
            state.measure(now - since)
            state.limit = min(state.ceiling(limits), state.limit + 1)
            state.suspects = []
            // A success is written when it changes the state, and otherwise every ten minutes.
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

extension PerHostScheduler.HostState {
    /// Updates the round trip with the duration of a successful request.
    fileprivate mutating func measure(_ duration: Duration) {
        roundTrip = roundTrip.map { ($0 * 7 + duration) / 8 } ?? duration
    }

    /// How many requests may be open to the host at most.
    fileprivate func ceiling(_ limits: PerHostScheduler.Limits) -> Int {
        let byDistance = Int(min(100, max(0, (roundTrip ?? .zero) / .milliseconds(25))))
        return max(limits.ceiling, min(limits.farCeiling, byDistance))
    }
}
