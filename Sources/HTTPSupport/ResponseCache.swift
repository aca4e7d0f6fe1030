// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// Caches responses to requests that only read, until the data changes.
///
/// A response is reused only when the data still has the version that it had before the response was made. So a client
/// that has written something, in this process or in another one, sees it in the next response. Values that depend on
/// the time, such as the end of a poll, are at most ``age`` old. When a newer version is seen, all responses of older
/// versions are dropped.
public final class ResponseCache<Value: Sendable>: Sendable {
    /// One cached response.
    private struct Kept {
        let value: Value
        let storedAt: Int64
    }

    private struct State {
        var version: UInt64 = 0
        var bytes = 0
        var kept: [String: Kept] = [:]
    }

    /// How long one response is reused, in milliseconds.
    public static var age: Int64 { 1_000 }
    /// The longest key in bytes. Responses with longer keys are not cached.
    static var keyBytes: Int { 4_096 }

    private let limitBytes: Int
    private let version: @Sendable () async -> UInt64?
    // A mutex and not an actor, because an actor hop would cost as much as the rest of the response.
    private let state = Mutex(State())

    /// - Parameters:
    ///   - limitBytes: the limit for all keys and values together.
    ///   - version: identifies the state of the data, see `Database.version()`; nil when it is not known.
    public init(limitBytes: Int = 8 << 20, version: @escaping @Sendable () async -> UInt64?) {
        self.limitBytes = limitBytes
        self.version = version
    }

    /// How many bytes are cached now.
    var bytes: Int { state.withLock { $0.bytes } }

    /// Returns the cached response, or makes one.
    ///
    /// - Parameters:
    ///   - key: everything that the response depends on, except the data and the time.
    ///   - now: the time in milliseconds.
    ///   - size: the size in bytes of a response that may be reused; nil for one that may not.
    public func value(
        for key: String, now: Int64, size: (Value) -> Int?, make: () async throws -> Value
    ) async rethrows -> Value {
        guard key.utf8.count <= Self.keyBytes, let version = await version() else { return try await make() }
        let kept = state.withLock { state -> Value? in
            // A request with an older version may get a response of a newer one.
            if state.version < version { state = State(version: version) }
            guard let kept = state.kept[key], now >= kept.storedAt, now - kept.storedAt < Self.age else { return nil }
            return kept.value
        }
        if let kept { return kept }
        let value = try await make()
        guard let size = size(value) else { return value }
        let cost = size + key.utf8.count + 256
        state.withLock { state in
            // If another version was seen meanwhile, this value may be outdated.
            guard state.version == version, cost <= limitBytes / 4 else { return }
            if state.bytes + cost > limitBytes { state = State(version: version) }
            if state.kept.updateValue(Kept(value: value, storedAt: now), forKey: key) == nil { state.bytes += cost }
        }
        return value
    }
}
