// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Federation
internal import Model
internal import Storage

extension Services {
    /// Tells those who come to an event that it begins: apps show it as the end of its poll. Told once to each, however
    /// often this is asked for.
    public func tellBeginnings() async throws {
        try await database.write { tx in
            for event in try Events.beginning(from: now() - .minutes(10), to: now(), in: tx) {
                try outbox.notify(.poll(event), in: tx)
            }
        }
    }
}
