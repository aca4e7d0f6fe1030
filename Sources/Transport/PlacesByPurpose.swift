// SPDX-License-Identifier: Apache-2.0

internal import IPAddresses
internal import Limits
internal import Vocabulary

/// Limits the requests that run at the same time, for each purpose separately.
struct PlacesByPurpose<Key: Hashable & Sendable>: Sendable {
    private let places: [FetchPurpose: LentPlaces<Key>]

    /// - Parameter make: makes the limit of a purpose; nil means that the purpose has no limit.
    init(_ make: (FetchPurpose) -> LentPlaces<Key>?) {
        var places: [FetchPurpose: LentPlaces<Key>] = [:]
        for purpose in FetchPurpose.allCases { places[purpose] = make(purpose) }
        self.places = places
    }

    /// Waits for a place, and runs `body` with it.
    ///
    /// - Throws: `SemaphoreError` when too many wait already, and the errors of `body`.
    func withPlace<Value: Sendable>(
        _ key: Key, _ purpose: FetchPurpose, _ body: @Sendable () async throws -> Value
    ) async throws -> Value {
        guard let places = places[purpose] else { return try await body() }
        return try await places.withPlace(key, body)
    }
}

extension FetchPurpose {
    /// How many requests of this purpose run at the same time: in total, and to one network. Nil means that another
    /// part limits them: the schedulers of deliveries and pushes.
    ///
    /// One network never gets all places. Otherwise a few addresses that accept a connection and never respond would
    /// stop all other requests.
    ///
    /// - Parameter descriptors: the most file descriptors of all outgoing requests.
    func places(descriptors: Int) -> (total: Int, perNetwork: Int)? {
        switch self {
        case .strangersKey: (min(32, max(4, descriptors / 16)), 3)
        case .thread: (16, 6)
        case .member: (16, 8)
        case .delivery, .push: nil
        }
    }

    /// The places of requests that take longer than a second, for the keys that strangers name. Anybody can name a key
    /// on an address that never responds, from as many networks as there are. Such a request costs little more than its
    /// connection, and the key of an honest stranger must not wait for it.
    func overtime(descriptors: Int) -> LentPlaces<CIDRBlock>.Overtime? {
        guard self == .strangersKey else { return nil }
        return .init(after: .seconds(1), limit: min(192, max(4, descriptors / 20)), perKey: 3)
    }

    /// How many names are looked up at the same time. When the DNS server of a name does not respond, the look-up
    /// occupies its thread for half a minute, also after the request was given up. So strangers' keys have more threads
    /// than a hostile network can occupy with two keys every ten seconds.
    var lookUpThreads: Int {
        switch self {
        case .strangersKey: 12
        case .thread, .delivery: 6
        case .member: 4
        case .push: 2
        }
    }
}
