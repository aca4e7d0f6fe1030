// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import HTTPSupport
internal import Model
internal import Services
internal import Storage

/// Read positions, shared by all devices of a member.
enum MarkerEndpoints {
    static let all: [Endpoint] = [
        .get("/api/v1/markers", .person("read:statuses"), show),
        .post("/api/v1/markers", .person("write:statuses"), set),
    ]

    /// Returns the stored markers of the requested timelines; without `timeline`, all of them.
    private static func show(_ call: APIRequest) async throws -> APIResponse {
        let wanted = call.parameters.texts("timeline")
        let timelines = Marker.Timeline.allCases.filter { wanted.isEmpty || wanted.contains($0.rawValue) }
        return try await respond(Set(timelines), call)
    }

    /// Stores markers and returns the stored ones.
    private static func set(_ call: APIRequest) async throws -> APIResponse {
        var markers: [Marker.Timeline: Int64] = [:]
        for timeline in Marker.Timeline.allCases {
            guard let text = call.parameters.object(timeline.rawValue)?.text("last_read_id") else { continue }
            guard let number = Int64(text), number >= 0 else {
                throw APIError.invalid("last_read_id", "ERR_NOT_A_NUMBER", "is not a number")
            }
            markers[timeline] = number
        }
        try await call.services.setMarkers(markers, as: try call.principal())
        return try await respond(Set(markers.keys), call)
    }

    private static func respond(_ timelines: Set<Marker.Timeline>, _ call: APIRequest) async throws -> APIResponse {
        let viewer = try call.actor()
        let markers = try await call.database.read { db in try Markers.of(viewer, in: db) }
        return APIResponse { writer in
            writer.object { object in
                for marker in markers where timelines.contains(marker.timeline) {
                    object.key(named: marker.timeline.rawValue)
                    object.marker(marker)
                }
            }
        }
    }
}
