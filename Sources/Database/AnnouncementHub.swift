// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Sends each announcement to every stream of this process.
final class AnnouncementHub: Sendable {
    private struct State {
        var streams: [Int: AsyncStream<String>.Continuation] = [:]
        var next = 0
        var isClosed = false
    }

    private let state = Mutex(State())

    /// A new stream of the messages that are published from now on. It buffers the newest 1,024 messages.
    func subscribe() -> AsyncStream<String> {
        let (stream, continuation) = AsyncStream.makeStream(of: String.self, bufferingPolicy: .bufferingNewest(1_024))
        let number: Int? = state.withLock { state in
            guard !state.isClosed else { return nil }
            state.next += 1
            state.streams[state.next] = continuation
            return state.next
        }
        guard let number else {
            continuation.finish()
            return stream
        }
        continuation.onTermination = { [weak self] _ in self?.remove(number) }
        return stream
    }

    func publish(_ messages: [String]) {
        guard !messages.isEmpty else { return }
        let streams = state.withLock { Array($0.streams.values) }
        for stream in streams {
            for message in messages { stream.yield(message) }
        }
    }

    func close() {
        let streams = state.withLock { state in
            state.isClosed = true
            defer { state.streams = [:] }
            return Array(state.streams.values)
        }
        for stream in streams { stream.finish() }
    }

    private func remove(_ number: Int) {
        state.withLock { $0.streams[number] = nil }
    }
}
