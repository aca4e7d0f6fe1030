// SPDX-License-Identifier: Apache-2.0

internal import HTTPSupport
internal import HTTPTypes
internal import Services

/// The error responses of the client API.
enum APIError: Error, Equatable {
    /// The token is missing, wrong or revoked.
    case badToken
    /// The token lacks the scope.
    case outOfScope
    /// The token belongs to an app without an account, and the operation needs one.
    case userNeeded
    /// The person waits for approval.
    case pending
    /// It does not exist, or the caller may not know that it exists.
    case notFound
    /// It exists, and the caller may not do this.
    case notAllowed
    /// It is not possible now. The text is for people.
    case forbidden(String)
    /// A required parameter is missing or cannot be read.
    case badRequest(String)
    /// The request cannot be carried out. The text is for people.
    case unprocessable(String)
    /// Parameters break a rule. Each problem has a field, a code as `ERR_TAKEN`, and a text.
    case invalid([Problem])
    /// The rate limit is reached.
    case tooMany(retryAfterSeconds: Int)
    /// The node has too much to do at the moment.
    case busy

    /// One problem with one field.
    struct Problem: Equatable {
        var field: String
        var code: String
        var text: String
    }

    /// The value of the field is none of those that are known here.
    static func notInList(_ field: String) -> Self {
        .invalid([Problem(field: field, code: "ERR_INCLUSION", text: "is not included in the list")])
    }

    /// The error for one field with one problem.
    static func invalid(_ field: String, _ code: String, _ text: String) -> Self {
        .invalid([Problem(field: field, code: code, text: text)])
    }

    var status: HTTPResponse.Status {
        switch self {
        case .badToken: .unauthorized
        case .outOfScope, .pending, .notAllowed, .forbidden: .forbidden
        case .userNeeded, .unprocessable, .invalid: .unprocessableContent
        case .notFound: .notFound
        case .badRequest: .badRequest
        case .tooMany: .tooManyRequests
        case .busy: .serviceUnavailable
        }
    }

    var text: String {
        switch self {
        case .badToken: "The access token is invalid"
        case .outOfScope: "This action is outside the authorized scopes"
        case .userNeeded: "This method requires an authenticated user"
        case .pending: "Your login is currently pending approval"
        case .notFound: "Record not found"
        case .notAllowed: "This action is not allowed"
        case .badRequest(let text), .unprocessable(let text), .forbidden(let text): text
        case .invalid(let problems):
            "Validation failed: " + problems.map { "\(Self.name($0.field)) \($0.text)" }.joined(separator: ", ")
        case .tooMany: "Too many requests"
        case .busy: "The server is busy, try again in a few seconds"
        }
    }

    /// Turns `display_name` into `Display name`.
    static func name(_ field: String) -> String {
        let words = field.replacing("_", with: " ")
        return words.prefix(1).uppercased() + words.dropFirst()
    }

    /// Makes the response for a command that failed.
    init(_ error: ServiceError) {
        self =
            switch error {
            case .notFound: .notFound
            case .notAllowed: .notAllowed
            case .signInNeeded: .userNeeded
            case .invalid(let fields): .invalid(fields.map(Problem.init))
            case .conflict(let code): .unprocessable(Self.sentence(of: code))
            case .tooMany(let struck): .tooMany(retryAfterSeconds: struck.retryAfterSeconds)
            case .busy: .busy
            case .unreachable: .notFound
            }
    }

    /// Returns the message that Mastodon uses for a stable code of `Services`. A code without one becomes its own
    /// message.
    private static func sentence(of code: String) -> String {
        switch code {
        case "media_not_ready": "Cannot attach files that have not finished processing. Try again in a moment!"
        case "already_voted": "Validation failed: You have already voted on this poll"
        case "poll_over": "Validation failed: The poll has already ended"
        case "no_such_choice": "Validation failed: The chosen vote option does not exist"
        case "own_poll": "Validation failed: You cannot vote in your own polls"
        case "quote_denied": "Validation failed: You are not allowed to quote this post"
        case "too_many_scheduled": "Validation failed: You have exceeded the limit of scheduled posts"
        case "discussion_locked": "Validation failed: This discussion is closed"
        case "banned_from_group": "Validation failed: You may not post in this group at the moment"
        case "registration_closed": "Registrations are closed"
        default: "Validation failed: " + code.replacing("_", with: " ")
        }
    }

    /// - Parameter language: the language of the message.
    func respond(in language: ErrorLanguage = .english) -> APIResponse {
        var response = APIResponse(status: status) { writer in
            writer.object {
                $0.field("error", language.text(of: self))
                guard status == .unprocessableContent else { return }
                var problems: [Problem] = []
                if case .invalid(let known) = self { problems = known }
                $0.key("details")
                $0.object { details in
                    for field in Dictionary(grouping: problems, by: \.field).sorted(by: { $0.key < $1.key }) {
                        details.key(named: field.key)
                        details.array(field.value) { writer, problem in
                            writer.object {
                                $0.field("error", problem.code)
                                $0.field("description", language.translated(problem.text))
                            }
                        }
                    }
                }
            }
        }
        if case .tooMany(let seconds) = self { response.headers[.retryAfter] = String(seconds) }
        if self == .busy { response.headers[.retryAfter] = "5" }
        return response
    }
}

extension APIError.Problem {
    /// Translates the field and the code of a form error to the names that the client API uses.
    init(_ error: FieldError) {
        let field =
            switch error.field {
            case "name": "username"
            case "summary": "note"
            case "note": "reason"
            case "warning": "spoiler_text"
            default: error.field
            }
        let (code, text) =
            switch error.code {
            case "missing": ("ERR_BLANK", "can't be blank")
            case "too_long": ("ERR_TOO_LONG", "is too long")
            case "too_short" where error.field == "password":
                ("ERR_TOO_SHORT", "is too short (minimum is \(SignUp.passwordLength) characters)")
            case "too_short": ("ERR_TOO_SHORT", "is too short")
            case "taken": ("ERR_TAKEN", "has already been taken")
            case "not_allowed", "reserved": ("ERR_RESERVED", "is reserved")
            case "not_accepted": ("ERR_ACCEPTED", "must be accepted")
            case "not_a_rule": ("ERR_INVALID", "does not reference valid rules")
            case "too_large": ("ERR_TOO_LARGE", "is too large")
            case "too_many_pixels": ("ERR_TOO_LARGE", "has too many pixels")
            case "too_slow": ("ERR_INVALID", "takes too long to be converted")
            case "unsupported": ("ERR_INVALID", "is of a type that is not supported")
            case "broken": ("ERR_INVALID", "cannot be read")
            case "too_many": ("ERR_TOO_LONG", "are too many")
            case "mixed": ("ERR_INVALID", "cannot be a video or a sound together with other files")
            case "too_far": ("ERR_INVALID", "is too far in the future")
            case "in_the_past": ("ERR_INVALID", "must be in the future")
            default: ("ERR_INVALID", "is invalid")
            }
        self.init(field: field, code: code, text: text)
    }
}
