// SPDX-License-Identifier: Apache-2.0

internal import Model
internal import Storage
internal import Synchronization
internal import Telemetry
internal import Vocabulary

/// Keeps the parsed activities that this process accepted until it processes them, so that each body is parsed once.
///
/// This is an optimization without a guarantee. Another process parses the text in the row. This process does so too
/// for an activity that found no room here, waited too long, or is retried.
final class ParsedActivities: Sendable {
    private struct Entry {
        let activity: ActivityDocument
        let bytes: Int
        let until: Timestamp
    }

    private struct State {
        /// Whether a processor in this process takes activities out.
        var isOpen = false
        var entries: [ID<ReceivedActivity>: Entry] = [:]
        /// The size of all bodies in bytes. The parsed values need several times as much memory.
        var bytes = 0
        var sweptAt = Timestamp(0)
    }

    /// The largest number of kept activities: several times what the processor has in work.
    private static let limit = 1_024
    private static let limitBytes = 4_194_304
    /// After this time an activity is dropped, because another process has taken its row.
    private static let lifetime = Duration.minutes(2)

    // A mutex is used instead of an actor, because each request needs it only twice, for a short time.
    private let state = Mutex(State())

    /// Says that a processor of this process takes activities out. Before this call nothing is kept.
    func open() { state.withLock { $0.isOpen = true } }

    /// Keeps an activity when there is room. The oldest activities are needed first, so they are not replaced by newer
    /// ones.
    func keep(_ activity: ActivityDocument, of id: ID<ReceivedActivity>, bytes: Int, at now: Timestamp) {
        state.withLock { state in
            guard state.isOpen else { return }
            if !Self.hasRoom(state, bytes) { Self.sweep(&state, at: now) }
            guard Self.hasRoom(state, bytes) else { return }
            state.entries[id] = Entry(activity: activity, bytes: bytes, until: now + Self.lifetime)
            state.bytes += bytes
        }
    }

    /// Takes an activity out; nil when it is not kept.
    func take(_ id: ID<ReceivedActivity>) -> ActivityDocument? {
        state.withLock { state in
            guard let entry = state.entries.removeValue(forKey: id) else { return nil }
            state.bytes -= entry.bytes
            return entry.activity
        }
    }

    /// Drops an activity that was not stored.
    func drop(_ id: ID<ReceivedActivity>) { _ = take(id) }

    /// The number of kept activities.
    var count: Int { state.withLock { $0.entries.count } }

    private static func hasRoom(_ state: State, _ bytes: Int) -> Bool {
        state.entries.count < limit && state.bytes + bytes <= limitBytes
    }

    /// Drops activities that are too old. It runs at most once a second.
    private static func sweep(_ state: inout State, at now: Timestamp) {
        guard state.sweptAt + .seconds(1) <= now else { return }
        state.sweptAt = now
        state.entries = state.entries.filter { $0.value.until > now }
        state.bytes = state.entries.values.reduce(0) { $0 + $1.bytes }
    }
}

extension Federation {
    /// Parses the body of an activity. Calls are counted, because each body should be parsed once.
    ///
    /// - Returns: nil when it is not an activity.
    func parse(_ body: [UInt8]) throws(JSONError) -> ActivityDocument? {
        counters.count("inbox.parsed")
        return Document(try JSON.parse(body)).flatMap { try? ActivityDocument($0) }
    }
}
