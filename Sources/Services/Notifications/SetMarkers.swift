// SPDX-License-Identifier: Apache-2.0

internal import Database
public import Model
public import Storage

extension Services {
    /// Remembers how far one read; a marker may also go back.
    public func setMarkers(_ markers: [Marker.Timeline: Int64], as principal: Principal) async throws {
        guard !markers.isEmpty else { return }
        try await database.write { tx in
            let actor = try actor(principal, in: tx)
            for (timeline, number) in markers.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
                try Markers.set(timeline, lastRead: number, of: actor.id, at: now(), in: tx)
            }
        }
    }

    /// Remembers that notifications were seen up to this one.
    public func seeNotifications(upTo id: ID<Notification>, as principal: Principal) async throws {
        try await database.write { tx in
            try Markers.advance(
                .notifications, to: id.rawValue, of: actor(principal, in: tx).id, at: now(), in: tx)
        }
    }
}
