// SPDX-License-Identifier: Apache-2.0

internal import NIOCore
internal import Vocabulary

/// What a client app asks for all day, on a database that holds a busy fediverse.
struct ClientPhase: Sendable {
    let node: Node
    let meter: Meter
    /// A status with answers.
    var status: Int64

    static let homeTarget = "/api/v1/timelines/home?limit=20"

    /// Measures all reads one after the other, and then posting.
    func run() async throws -> [Reading] {
        let targets = [
            ("home timeline", Self.homeTarget),
            ("public timeline", "/api/v1/timelines/public?limit=20"),
            ("status context", "/api/v1/statuses/\(status)/context"),
            ("notifications", "/api/v1/notifications?limit=40"),
            ("search", "/api/v2/search?q=word42&type=statuses&limit=20"),
        ]
        var readings: [Reading] = []
        for (name, target) in targets { readings.append(try await meter.measure(name, node.read(target))) }
        readings.append(try await meter.measure("posting", node.post(Self.words)))
        return readings
    }

    /// The home timeline alone.
    func home() async throws -> Reading {
        try await meter.measure("home timeline", node.read(Self.homeTarget))
    }

    /// The text of the posts: of usual length, with a hashtag.
    static let words = "On garde la grande table près de la fenêtre. #samedi"
}
