// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// What was answered to requests that only read, kept for as long as nothing changes.
///
/// An answer may be given again when the data has the version that it had before the answer was made, so whoever wrote
/// something, in this process or in another one, reads it in the next answer. What depends on the time, such as the end
/// of a poll, is as old as ``age`` at the most. All answers of an older version are dropped as soon as a newer one is seen.
public final class ResponseCache<Value: Sendable>: Sendable {
    /// What is kept under one key.
    private struct Kept {
        let value: Value
        let storedAt: Int64
    }

    private struct State {
        var version: UInt64 = 0
        var bytes = 0
        var kept: [String: Kept] = [:]
    }

    /// How long one answer is given, in milliseconds.
    public static var age: Int64 { 1_000 }
    /// Bytes of a key; requests with longer ones are answered anew each time.
    static var keyBytes: Int { 4_096 }

    private let limitBytes: Int
    private let version: @Sendable () async -> UInt64?
    // A mutex rather than an actor: a hop would cost as much as the rest of the answer.
    private let state = Mutex(State())

    /// - Parameters:
    ///   - limitBytes: of all values and keys together.
    ///   - version: names the state of the data, see `Database.version()`; nil when it cannot be told.
    public init(limitBytes: Int = 16 << 20, version: @escaping @Sendable () async -> UInt64?) {
        self.limitBytes = limitBytes
        self.version = version
    }

    /// Bytes that are kept now.
    var bytes: Int { state.withLock { $0.bytes } }

    /// The answer that is kept, or the one that `make` makes.
    ///
    /// - Parameters:
    ///   - key: everything that the answer depends on besides the data and the time.
    ///   - now: milliseconds.
    ///   - size: the bytes of an answer that may be given again; nil for one that may not.
    public func value(
        for key: String, now: Int64, size: (Value) -> Int?, make: () async throws -> Value
    ) async rethrows -> Value {
        guard key.utf8.count <= Self.keyBytes, let version = await version() else { return try await make() }
        let kept = state.withLock { state -> Value? in
            // Whoever asked a little earlier may be given what was read a little later.
            if state.version < version { state = State(version: version) }
            guard let kept = state.kept[key], now >= kept.storedAt, now - kept.storedAt < Self.age else { return nil }
            return kept.value
        }
        if let kept { return kept }
        let value = try await make()
        guard let size = size(value) else { return value }
        let cost = size + key.utf8.count + 256
        state.withLock { state in
            // Another version was seen meanwhile: the value may be older than that.
            guard state.version == version, cost <= limitBytes / 4 else { return }
            if state.bytes + cost > limitBytes { state = State(version: version) }
            if state.kept.updateValue(Kept(value: value, storedAt: now), forKey: key) == nil { state.bytes += cost }
        }
        return value
    }
}
