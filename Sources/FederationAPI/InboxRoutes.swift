// SPDX-License-Identifier: Apache-2.0

internal import Federation
internal import HTTPSupport
internal import HTTPTypes
internal import Hummingbird
internal import IPAddresses
internal import Vocabulary

/// The inboxes, to which peers post activities.
///
/// `202` means that the activity is stored now or was stored before. Any other status is final, except `429` and `503`.
/// Spec: ActivityPub §7.
struct InboxRoutes: Sendable {
    /// The value of `Retry-After` in seconds for a `503`.
    static let retryAfterSeconds = 120
    /// The most bytes of all bodies that are being checked at the same time. Above it, requests get a `503`.
    static let budgetBytes = 134_217_728

    let documents: Documents
    let authenticator: InboxAuthenticator
    private let budget = ByteBudget(bytes: Self.budgetBytes)

    init(documents: Documents, authenticator: InboxAuthenticator) {
        self.documents = documents
        self.authenticator = authenticator
    }

    var routes: [Route] {
        [
            inbox("/inbox") { _ in documents.identifiers.instanceActor },
            inbox("/actor/inbox") { _ in documents.identifiers.instanceActor },
            inbox("/users/:name/inbox") { try documents.person($0) },
            inbox("/groups/:name/inbox") { try documents.group($0) },
        ]
    }

    private func inbox(_ path: String, owner: @escaping @Sendable (NodeContext) throws -> IRI) -> Route {
        let isShared = path == "/inbox"
        return Route(.post, path, kind: .document) { request, context in
            let client = context.remoteAddress.flatMap { IPAddress($0) }
            do throws(InboxRejection) {
                try authenticator.admit(client)
            } catch {
                return Self.response(to: error)
            }
            if !isShared, let closed = try await closed(owner(context)) { return closed }
            return try await receive(request, from: client)
        }
    }

    /// - Returns: the response for an inbox whose owner was deleted; nil when the owner exists.
    private func closed(_ owner: IRI) async throws -> Response? {
        let actor = try await ActorRoutes(documents: documents).document(owner)
        return actor.status == .ok ? nil : ErrorResponses.document(actor.status, code: "gone")
    }

    private func receive(_ request: Request, from client: IPAddress?) async throws -> Response {
        do {
            return try await budget.read(request, limit: InboxAuthenticator.limitBytes) { body in
                let head = documents.fetch.head(of: request)
                _ = try await authenticator.accept(
                    head, mediaType: request.headers[.contentType], body: body, from: client)
                return Responses.empty(.accepted)
            }
        } catch let refusal as InboxRejection {
            return Self.response(to: refusal)
        } catch ByteBudget.Exhausted.exhausted {
            return Self.response(to: InboxRejection(503, "overloaded"))
        }
    }

    private static func response(to refusal: InboxRejection) -> Response {
        let status = HTTPResponse.Status(code: (400...599).contains(refusal.status) ? refusal.status : 400)
        var response = ErrorResponses.document(status, code: refusal.code)
        if status.code == 503 || status.code == 429 {
            response.headers[.retryAfter] = "\(refusal.retryAfterSeconds ?? retryAfterSeconds)"
        }
        return response
    }
}
