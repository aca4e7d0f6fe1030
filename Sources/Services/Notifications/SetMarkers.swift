// SPDX-License-Identifier: Apache-2.0

internal import Database
public import Model
public import Storage

extension Services {
    /// Stores how far the account has read each timeline. A marker may also move back.
    public func setMarkers(_ markers: [Marker.Timeline: Int64], as principal: Principal) async throws {
        guard !markers.isEmpty else { return }
        try await database.write { tx in
            let actor = try actor(principal, in: tx)
            for (timeline, number) in markers.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
                try Markers.set(timeline, lastRead: number, of: actor.id, at: now(), in: tx)
            }
        }
    }

    /// Marks the notifications up to this one as seen.
    public func seeNotifications(upTo id: ID<Notification>, as principal: Principal) async throws {
        try await database.write { tx in
            try Markers.advance(
                .notifications, to: id.rawValue, of: actor(principal, in: tx).id, at: now(), in: tx)
        }
    }
}
