// SPDX-License-Identifier: Apache-2.0

internal import Model
internal import Storage
internal import Synchronization
internal import Telemetry
internal import Vocabulary

/// Activities that this process let in, as they were parsed, until it processes them: so a body is parsed once.
///
/// A help and no promise. Another process parses the text in the row itself, and so does this one for what found no room
/// here, waited too long, or is tried again.
final class ParsedActivities: Sendable {
    private struct Entry {
        let activity: ActivityDocument
        let bytes: Int
        let until: Timestamp
    }

    private struct State {
        /// Whether anybody in this process takes out what is put in.
        var isOpen = false
        var entries: [ID<ReceivedActivity>: Entry] = [:]
        /// The bytes of all bodies; parsed they need several times as much.
        var bytes = 0
        var sweptAt = Timestamp(0)
    }

    /// As much as the processor has in hand, several times.
    private static let limit = 1_024
    private static let limitBytes = 4_194_304
    /// What was not taken out by then went to another process.
    private static let lifetime = Duration.minutes(2)

    // A mutex rather than an actor: it is asked twice for every request, for a moment.
    private let state = Mutex(State())

    /// Says that this process takes out what is put in; before that nothing is kept.
    func open() { state.withLock { $0.isOpen = true } }

    /// Keeps an activity, if there is room: what waits longest is needed first, so nothing makes way for a newer one.
    func keep(_ activity: ActivityDocument, of id: ID<ReceivedActivity>, bytes: Int, at now: Timestamp) {
        state.withLock { state in
            guard state.isOpen else { return }
            if !Self.hasRoom(state, bytes) { Self.sweep(&state, at: now) }
            guard Self.hasRoom(state, bytes) else { return }
            state.entries[id] = Entry(activity: activity, bytes: bytes, until: now + Self.lifetime)
            state.bytes += bytes
        }
    }

    /// Takes an activity out; nil when it is not here.
    func take(_ id: ID<ReceivedActivity>) -> ActivityDocument? {
        state.withLock { state in
            guard let entry = state.entries.removeValue(forKey: id) else { return nil }
            state.bytes -= entry.bytes
            return entry.activity
        }
    }

    /// Forgets an activity that was not stored.
    func drop(_ id: ID<ReceivedActivity>) { _ = take(id) }

    /// How many are kept.
    var count: Int { state.withLock { $0.entries.count } }

    private static func hasRoom(_ state: State, _ bytes: Int) -> Bool {
        state.entries.count < limit && state.bytes + bytes <= limitBytes
    }

    /// Lets go what is too old; looked through once a second at the most.
    private static func sweep(_ state: inout State, at now: Timestamp) {
        guard state.sweptAt + .seconds(1) <= now else { return }
        state.sweptAt = now
        state.entries = state.entries.filter { $0.value.until > now }
        state.bytes = state.entries.values.reduce(0) { $0 + $1.bytes }
    }
}

extension Federation {
    /// Reads the body of an activity; counted, because each body should be read once.
    ///
    /// - Returns: nil when it is no activity.
    func parse(_ body: [UInt8]) throws(JSONError) -> ActivityDocument? {
        counters.count("inbox.parsed")
        return Document(try JSON.parse(body)).flatMap { try? ActivityDocument($0) }
    }
}
