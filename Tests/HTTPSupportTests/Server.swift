// SPDX-License-Identifier: Apache-2.0

import HTTPSupport
import HTTPTypes
import Hummingbird
import Logging
import Model
import NIOCore
import TestSupport
import Vocabulary

/// A server on a free local port with a few routes of its own.
struct Server: Sendable {
    let port: Int

    func url(_ target: String) -> String { "http://127.0.0.1:\(port)\(target)" }

    func get(_ target: String, _ headers: [(String, String)] = []) async throws -> TestResponse {
        try await TestHTTPClient.send("GET", url(target), headers: headers)
    }

    func post(
        _ target: String, _ body: String, _ headers: [(String, String)] = []
    ) async throws -> TestResponse {
        let type = ("content-type", "application/x-www-form-urlencoded")
        return try await TestHTTPClient.send("POST", url(target), headers: [type] + headers, body: Array(body.utf8))
    }

    /// Runs a server while `body` runs.
    static func run(
        routes: [Route] = Server.routes, limits: ConnectionLimits = ConnectionLimits(),
        webSockets: WebSocketEndpoint? = nil, change: (inout RequestPipeline.Settings) -> Void = { _ in },
        _ body: @Sendable (Server) async throws -> Void
    ) async throws {
        var settings = RequestPipeline.Settings(origin: "http://cafe.example")
        change(&settings)
        let pipeline = RequestPipeline(
            settings, session: { token in token == "valid" ? Self.member : nil },
            errorPage: { status, code, _, context in
                Responses.html(
                    "<h1>\(status.code) \(code)</h1>\(context.session?.account.username ?? "")", status: status)
            })
        let (ports, tell) = AsyncStream.makeStream(of: Int.self)
        let application = Application(
            router: buildRouter(routes: routes, pipeline: pipeline),
            server: NodeServer.http1(limits, webSockets: webSockets),
            configuration: NodeServer.configuration(host: "127.0.0.1", port: 0, limits: limits, logger: .silent),
            onServerRunning: { tell.yield($0.localAddress?.port ?? 0) }, logger: .silent)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await application.run() }
            for await port in ports {
                try await body(Server(port: port))
                break
            }
            group.cancelAll()
        }
    }

    static var member: LocalAccount? {
        guard let iri = IRI("http://cafe.example/users/ada") else { return nil }
        let account = Account(
            id: ID(7), kind: .person, username: "ada", host: "", iri: iri, createdAt: Timestamp(0))
        return LocalAccount(
            account: account, email: nil, passwordHash: nil, role: .member, language: nil, approvedAt: Timestamp(0))
    }

    static let routes: [Route] = Negotiation.merge(
        documents: [
            .document("/things/:name") { _, context in
                Responses.json(Array("\"\(context.parameter("name") ?? "?")\"".utf8))
            },
            .document("/broken") { _, _ in throw Surprise() },
            Route(.post, "/inbox", kind: .document) { request, _ in
                let body = try await BodyLimits.read(request, limit: BodyLimits.activity)
                return Responses.text("\(body.count)")
            },
        ],
        pages: [
            .get("/") { _, _ in Responses.html("<p>first page") },
            .get("/things/:name") { _, context in Responses.html("<p>\(context.parameter("name") ?? "?")") },
            .get("/me") { _, context in Responses.html(context.session?.account.username ?? "nobody") },
            .get("/where") { _, context in Responses.text(context.remoteAddress ?? "nowhere") },
            .get("/broken-page") { _, _ in throw Surprise() },
            .get("/@{name}") { _, context in Responses.text("profile of \(context.parameter("name") ?? "?")") },
            .get("/go") { request, _ in Responses.redirect(to: Query(request)["to"] ?? "") },
            .post("/write") { request, _ in
                let form = try await Form(request)
                return Responses.text(form["text"])
            },
        ])
}

/// An unexpected error that contains a secret.
struct Surprise: Error {
    let secret = "password"
}
