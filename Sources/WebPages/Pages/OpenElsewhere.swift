// SPDX-License-Identifier: Apache-2.0

internal import HTTPSupport
internal import HTTPTypes
internal import Hummingbird
internal import Model
internal import Services
internal import TextEncoding

/// The page to which other servers send a member of this node, who found a post, an event or an account there and wants
/// to answer, come or follow from here.
///
/// It opens the page of the thing on this node. WebFinger names its address as the template for that.
enum OpenElsewhere {
    static let path = "/authorize_interaction"

    static func show(_ visit: Visit) async throws -> Response {
        let principal = try visit.principal()
        let text = String((visit.query["uri"] ?? "").trimmingWhitespace)
        guard !text.isEmpty else { return page(visit, text, problem: nil) }
        do {
            return visit.redirect(path(of: try await visit.services.lookUp(text, as: principal)))
        } catch let error as ServiceError {
            let (status, code): (HTTPResponse.Status, String) =
                switch error {
                case .unreachable: (.badGateway, "unreachable")
                case .conflict(let code): (.unprocessableContent, code)
                case .invalid, .notFound: (.notFound, "not_found")
                default: throw error
                }
            return page(visit, text, problem: code, status: status)
        }
    }

    /// The path of the page of a thing that was looked up.
    static func path(of found: Found) -> String {
        switch found {
        case .account(let id): "/accounts/\(id)"
        case .post(let id): "/posts/\(id)"
        case .event(let id): "/events/\(id)"
        }
    }

    /// The form uses GET, because this is the address that other servers know.
    private static func page(
        _ visit: Visit, _ text: String, problem: String?, status: HTTPResponse.Status = .ok
    ) -> Response {
        let t = visit.t
        let address = Field("uri", t(.openField)).with {
            $0.isRequired = true
            $0.hint = t(.openHint)
            $0.limit = 2_048
        }
        var state = FormState(["uri": text])
        if let problem { state.errors = [FieldError("uri", problem)] }
        let content: HTML = """
            <h1>\(t(.openTitle))</h1>\(visit.problems(state))
            <form method="get" action="\(path)">\(visit.field(address, state))\(visit.submit(t(.openHere)))</form>
            """
        return visit.respond(
            Page(t(.openTitle), .networks, content: content).with { $0.isHidden = true }, status: status)
    }
}
