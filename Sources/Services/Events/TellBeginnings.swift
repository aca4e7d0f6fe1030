// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Federation
internal import Model
internal import Storage

extension Services {
    /// Notifies the guests of each event that began in the last ten minutes. Apps show this as the end of the event's
    /// poll. Each guest is notified once, however often this is called.
    public func tellBeginnings() async throws {
        try await database.write { tx in
            for event in try Events.beginning(from: now() - .minutes(10), to: now(), in: tx) {
                try outbox.notify(.poll(event), in: tx)
            }
        }
    }
}
