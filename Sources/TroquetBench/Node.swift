// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model
internal import NIOCore
internal import Vocabulary

/// The node that is measured, and how it was seeded.
struct Node: Sendable {
    /// Where it says it is; also where it listens.
    let origin: IRI
    let process: Process
    let database: Database
    /// The node's own program, for what a member does.
    let program: String
    /// The member who writes.
    let member: String
    /// The group that is written into by other nodes.
    let group: String
    /// The group that has followers on other nodes.
    let popularGroup: String
    /// A discussion of `group`, which other nodes answer.
    let discussion: IRI

    func actor(of group: String) -> IRI { origin.appending(path: "groups/\(group)") }
    func person(_ name: String) -> IRI { origin.appending(path: "users/\(name)") }
    func key(of actor: IRI) -> String { actor.string + "#main-key" }

    /// A member's token for the client API.
    let token: String
    /// Where the node's counters are read.
    let metrics: Metrics

    /// A token of another member, who likes posts and replies to them.
    let otherToken: String
    /// Two groups with one discussion each: one stays small, the other one gets thousands of replies.
    let smallGroup: String
    let largeGroup: String

    /// A `GET` as it stands on the wire.
    func request(_ target: String, accept: String) -> ByteBuffer {
        ByteBuffer(string: "GET \(target) HTTP/1.1\r\nhost: \(origin.authority)\r\naccept: \(accept)\r\n\r\n")
    }

    /// A GET request of the member's app.
    func read(_ target: String) -> ByteBuffer {
        ByteBuffer(
            string: "GET \(target) HTTP/1.1\r\nhost: \(origin.authority)\r\nauthorization: Bearer \(token)\r\n\r\n")
    }

    /// A POST request of an app.
    ///
    /// - Parameter token: nil means the token of the member.
    func send(_ target: String, _ body: JSON, token: String? = nil) -> ByteBuffer {
        let bytes = body.serialized()
        var buffer = ByteBuffer(
            string: "POST \(target) HTTP/1.1\r\nhost: \(origin.authority)\r\n"
                + "authorization: Bearer \(token ?? self.token)\r\ncontent-type: application/json\r\n"
                + "content-length: \(bytes.count)\r\n\r\n")
        buffer.writeBytes(bytes)
        return buffer
    }

    /// A request that publishes a public post of the member.
    func post(_ text: String) -> ByteBuffer {
        send("/api/v1/statuses", ["status": .string(text), "visibility": "public"])
    }
}

/// How much is done, so that the whole run stays below four minutes on two cores.
struct Amounts: Sendable {
    /// Signed activities that are sent to the inbox.
    var activities = 8000
    /// Other nodes with one follower each.
    var followers = 200
    /// Posts that are written for them; each is two deliveries to each of them.
    var posts = 10
    /// How long each `GET` is repeated.
    var reading = TimeAmount.seconds(5)
    /// How long each limit is measured.
    var limitSeconds = 2.0
    /// Posts of other hosts in a small and in a large database.
    var population = (small: 10_000, large: 1_000_000)
    /// Answers in a large discussion and in a small one.
    var answers = (small: 20, large: 4_000)
    /// Open streams.
    var streams = 500
    /// People on as many hosts who send one activity each.
    var signers = 16_000
    /// How long the node rests before its memory is read.
    var rest = Duration.seconds(3)

    static let full = Amounts()
    static let quick = Amounts(
        activities: 2000, followers: 200, posts: 3, reading: .seconds(2), limitSeconds: 1,
        population: (small: 10_000, large: 50_000), streams: 100, rest: .seconds(1))
}
