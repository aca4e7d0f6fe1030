// SPDX-License-Identifier: Apache-2.0

import Synchronization
import TestSupport
import Vocabulary

/// A proxy before the nodes that forwards every request and records it.
final class Recorder: Sendable {
    /// What happens to responses.
    enum Behaviour: Sendable {
        /// Request and response are forwarded.
        case faithful
        /// The request is forwarded; its response is not.
        case mute
        /// Nothing is forwarded, and there is no response.
        case deaf
    }

    /// One request and its response.
    struct Exchange: Sendable {
        let origin: String
        let request: LoopbackRequest
        let answer: TestResponse
    }

    private let state = Mutex<(exchanges: [Exchange], behaviour: Behaviour, unanswered: Int)>(([], .faithful, 0))

    /// The exchanges so far, in the order of their responses.
    var exchanges: [Exchange] { state.withLock { $0.exchanges } }

    /// How many requests got no response.
    var unanswered: Int { state.withLock { $0.unanswered } }

    /// Sets how requests are handled from now on.
    func set(_ behaviour: Behaviour) {
        state.withLock { $0.behaviour = behaviour }
    }

    /// Listens on an address and forwards to a node.
    func stand(before listen: String, at address: String) async throws -> LoopbackServer {
        try await LoopbackServer.start(address) { request in
            let behaviour = self.state.withLock { $0.behaviour }
            guard behaviour != .deaf, let answer = try? await Self.pass(request, to: listen) else {
                self.state.withLock { $0.unanswered += 1 }
                return LoopbackResponse(500, behaviour: behaviour == .faithful ? .close : .silence)
            }
            if behaviour == .mute {
                self.state.withLock { $0.unanswered += 1 }
                return LoopbackResponse(500, behaviour: .silence)
            }
            let origin = "http://\(request["host"] ?? "")"
            self.state.withLock {
                $0.exchanges.append(Exchange(origin: origin, request: request, answer: answer))
            }
            // The body comes without its encodings.
            let framing = ["content-length", "connection", "transfer-encoding", "content-encoding"]
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
