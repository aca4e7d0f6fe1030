// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// How often one client may ask within a window of time, told as client apps expect it: limit, rest, end of the window.
///
/// The table is bounded: when it is full, windows that have ended are forgotten, then all of them.
public final class WindowLimit: Sendable {
    /// Where a client stands after a request.
    public struct Standing: Sendable, Hashable {
        /// Requests of one window.
        public var limit: Int
        /// How many are left.
        public var remaining: Int
        /// Milliseconds since 1970 at which the window ends.
        public var resetAt: Int64
        /// Whether this request was one too many.
        public var isOver: Bool
    }

    private struct Window {
        var startedAt: Int64
        var used: Int
    }

    private static let ceiling = 50_000
    private let limit: Int
    private let length: Int64
    // A mutex rather than an actor: every request asks, and the answer is an addition.
    private let windows = Mutex<[String: Window]>([:])

    /// - Parameters:
    ///   - limit: requests of one window.
    ///   - length: of a window, in milliseconds.
    public init(limit: Int, length: Int64) {
        self.limit = limit
        self.length = length
    }

    /// Counts a request.
    ///
    /// - Parameter now: milliseconds since 1970.
    public func take(_ client: String, now: Int64) -> Standing {
        windows.withLock { windows in
            if windows.count >= Self.ceiling, windows[client] == nil { forget(&windows, now) }
            var window = windows[client] ?? Window(startedAt: now, used: 0)
            if now - window.startedAt >= length || now < window.startedAt { window = Window(startedAt: now, used: 0) }
            window.used += 1
            windows[client] = window
            return Standing(
                limit: limit, remaining: max(0, limit - window.used), resetAt: window.startedAt + length,
                isOver: window.used > limit)
        }
    }

    private func forget(_ windows: inout [String: Window], _ now: Int64) {
        windows = windows.filter { now - $0.value.startedAt < length }
        if windows.count >= Self.ceiling { windows = [:] }
    }
}
