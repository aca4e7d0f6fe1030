// SPDX-License-Identifier: Apache-2.0

internal import CoreMetrics
internal import HTTPTypes
public import Limits
internal import NIOCore
internal import Synchronization

// When more requests arrive than two processor cores can serve, all of them get slower until nobody gets a response in
// time. So only a few requests of each class are handled at once, a bounded number waits for a second at most, and all
// others get a `503` before anything was done for them. A class that is full takes nothing from the others.

/// The classes of requests that have places of their own.
public enum RequestClass: String, CaseIterable, Sendable {
    /// Requests with a session or token that was found valid before.
    case members
    /// Requests with a session or token that this process has not seen yet. Their places are few, because anybody can
    /// make up a token.
    case unknownTokens = "unknown_tokens"
    /// Activities of other servers.
    case inbox
    /// Everybody else: visitors, and servers that fetch documents.
    case strangers
}

/// How many requests of each class may be handled at once and may wait.
public struct AdmissionLimits: Sendable {
    /// The rule of each class.
    public var members: TimedPlaces.Rule
    /// See ``RequestClass/unknownTokens``.
    public var unknownTokens: TimedPlaces.Rule
    /// See ``RequestClass/inbox``.
    public var inbox: TimedPlaces.Rule
    /// See ``RequestClass/strangers``.
    public var strangers: TimedPlaces.Rule

    /// The limits for this machine.
    public init() { self.init(cores: System.coreCount) }

    /// There are several places for each core, because most requests wait for the database for a part of their time.
    /// The inbox has more, because many activities are written in one transaction.
    init(cores: Int) {
        let cores = min(max(cores, 2), 64)
        members = .init(places: 16 * cores, waiting: 256)
        unknownTokens = .init(places: 4 * cores, waiting: 64)
        inbox = .init(places: 32 * cores, waiting: 512)
        strangers = .init(places: 16 * cores, waiting: 256)
    }

    /// The same places, for which requests wait long. This is for tests and measurements, where rate limits are off, so
    /// that nothing depends on how fast the machine is.
    var patient: AdmissionLimits {
        func patient(_ rule: TimedPlaces.Rule) -> TimedPlaces.Rule {
            .init(places: rule.places, waiting: 10_000, patience: .seconds(60), lease: rule.lease)
        }
        var limits = self
        (limits.members, limits.unknownTokens) = (patient(members), patient(unknownTokens))
        (limits.inbox, limits.strangers) = (patient(inbox), patient(strangers))
        return limits
    }

    subscript(kind: RequestClass) -> TimedPlaces.Rule {
        switch kind {
        case .members: members
        case .unknownTokens: unknownTokens
        case .inbox: inbox
        case .strangers: strangers
        }
    }
}

/// The node has too much to do for requests of this class. The client may repeat the request soon.
///
/// Spec: RFC 9110 §15.6.4.
struct Overloaded: PublicError, Equatable {
    let status = HTTPResponse.Status.serviceUnavailable
    let code = "overloaded"
    let retryAfterSeconds: Int? = 5
}

/// Decides which requests are handled now.
final class Admission: Sendable {
    /// How many valid tokens are remembered.
    private static let rememberedTokens = 20_000
    /// How long a token is remembered. A token that was revoked meanwhile only keeps its place in the queue.
    private static let memory = Duration.seconds(3_600)

    private struct Room: Sendable {
        let places: TimedPlaces
        let shed: Counter
    }

    private let members: Room
    private let unknownTokens: Room
    private let inbox: Room
    private let strangers: Room
    /// Hash values of valid tokens. `Hasher` has a secret key of this process, so nobody can find another token with
    /// the same hash value.
    private let valid = Mutex(ExpiringCache<Int, Void, ContinuousClock.Instant>(capacity: rememberedTokens))

    init(_ limits: AdmissionLimits, metrics factory: any MetricsFactory) {
        func room(_ kind: RequestClass) -> Room {
            let counter = Counter(
                label: "troquet_http_shed_total", dimensions: [("class", kind.rawValue)], factory: factory)
            return Room(places: TimedPlaces(limits[kind]), shed: counter)
        }
        members = room(.members)
        unknownTokens = room(.unknownTokens)
        inbox = room(.inbox)
        strangers = room(.strangers)
    }

    /// The class of a request that names a token. This is a look-up in memory.
    func kind(of credential: Credential?, at now: ContinuousClock.Instant) -> RequestClass {
        guard let credential else { return .strangers }
        let isKnown = valid.withLock { $0.value(for: credential.hash, at: now) != nil }
        return isKnown ? .members : .unknownTokens
    }

    /// Waits for a place if necessary. The caller must end the turn.
    ///
    /// - Throws: ``Overloaded``.
    func enter(_ kind: RequestClass, at now: ContinuousClock.Instant) async throws(Overloaded) -> AdmittedTurn {
        let room = room(kind)
        if let place = room.places.takeAtOnce(at: now) { return AdmittedTurn(self, kind, place) }
        return AdmittedTurn(self, kind, try await wait(for: room))
    }

    fileprivate func reenter(_ kind: RequestClass) async throws(Overloaded) -> TimedPlaces.Place {
        let room = room(kind)
        if let place = room.places.takeAtOnce(at: .now) { return place }
        return try await wait(for: room)
    }

    fileprivate func leave(_ kind: RequestClass, _ place: TimedPlaces.Place) { room(kind).places.release(place) }

    fileprivate func remember(_ credential: Credential) {
        let now = ContinuousClock.now
        valid.withLock { $0.insert((), for: credential.hash, until: now + Self.memory) }
    }

    private func wait(for room: Room) async throws(Overloaded) -> TimedPlaces.Place {
        guard let place = await room.places.take() else {
            room.shed.increment()
            throw Overloaded()
        }
        return place
    }

    private func room(_ kind: RequestClass) -> Room {
        switch kind {
        case .members: members
        case .unknownTokens: unknownTokens
        case .inbox: inbox
        case .strangers: strangers
        }
    }
}

/// The place of one request. It is given back while the request waits for the bytes of its body.
final class AdmittedTurn: Sendable {
    private let admission: Admission
    private let kind: RequestClass
    private let place: Mutex<TimedPlaces.Place?>

    fileprivate init(_ admission: Admission, _ kind: RequestClass, _ place: TimedPlaces.Place) {
        self.admission = admission
        self.kind = kind
        self.place = Mutex(place)
    }

    /// Gives the place back. Calling it twice has no further effect.
    func end() {
        let place = place.withLock { $0.take() }
        if let place { admission.leave(kind, place) }
    }

    /// Takes a place again.
    ///
    /// - Throws: ``Overloaded``.
    func resume() async throws(Overloaded) {
        let again = try await admission.reenter(kind)
        place.withLock { $0 = again }
    }
}

/// The token of a request, as a hash value.
struct Credential: Sendable {
    fileprivate let hash: Int
    private let admission: Admission

    /// - Parameter token: as the client sent it.
    init(_ token: String, _ admission: Admission) {
        hash = token.hashValue
        self.admission = admission
    }

    /// Lets later requests with this token count as those of a member.
    func confirm() { admission.remember(self) }
}
