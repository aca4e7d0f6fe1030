// SPDX-License-Identifier: Apache-2.0

import Synchronization
import TestSupport
import Vocabulary

/// Stands before nodes, passes everything on and writes it down.
final class Recorder: Sendable {
    /// What becomes of an answer.
    enum Manner: Sendable {
        /// It is passed on.
        case faithful
        /// The request is passed on, its answer never comes back.
        case mute
        /// Nothing is passed on, and no answer comes.
        case deaf
    }

    /// One request and its answer.
    struct Exchange: Sendable {
        let origin: String
        let request: LoopbackRequest
        let answer: TestResponse
    }

    private let state = Mutex<(exchanges: [Exchange], manner: Manner, unanswered: Int)>(([], .faithful, 0))

    /// What was said so far, in the order of the answers.
    var exchanges: [Exchange] { state.withLock { $0.exchanges } }

    /// How many requests have had no answer.
    var unanswered: Int { state.withLock { $0.unanswered } }

    /// How answers are given from now on.
    func set(_ manner: Manner) {
        state.withLock { $0.manner = manner }
    }

    /// Listens at an address and passes on to a node behind it.
    func stand(before listen: String, at address: String) async throws -> LoopbackServer {
        try await LoopbackServer.start(address) { request in
            let manner = self.state.withLock { $0.manner }
            guard manner != .deaf, let answer = try? await Self.pass(request, to: listen) else {
                self.state.withLock { $0.unanswered += 1 }
                return LoopbackResponse(500, manner: manner == .faithful ? .close : .silence)
            }
            if manner == .mute {
                self.state.withLock { $0.unanswered += 1 }
                return LoopbackResponse(500, manner: .silence)
            }
            let origin = "http://\(request["host"] ?? "")"
            self.state.withLock {
                $0.exchanges.append(Exchange(origin: origin, request: request, answer: answer))
            }
            let framing = ["content-length", "connection", "transfer-encoding"]
            return LoopbackResponse(
                answer.status, headers: answer.headers.filter { !framing.contains($0.name.lowercased()) },
                body: answer.body)
        }
    }

    private static func pass(_ request: LoopbackRequest, to listen: String) async throws -> TestResponse {
        let headers = request.headers.filter { $0.name.lowercased() != "connection" }
        return try await TestHTTPClient.send(
            request.method, "http://\(listen)\(request.target)", headers: headers.map { ($0.name, $0.value) },
            body: request.body.isEmpty ? nil : request.body)
    }
}
