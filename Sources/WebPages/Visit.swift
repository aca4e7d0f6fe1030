// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import HTTPSupport
internal import HTTPTypes
internal import Hummingbird
internal import Model
internal import Services
internal import Storage
internal import TextEncoding

/// One request for a page: the visitor, the language, and what a page needs to make its response.
struct Visit: Sendable {
    let pages: WebPages
    let request: Request
    let context: NodeContext
    var visitor: Sessions.Visitor
    var t: Texts
    /// Whether there is a notification that the person has not seen.
    var hasNews = false
    /// What was just done, for the page after a form.
    var flash: Flash?
    /// The fields of the form that the request sent, without secrets; nil for a request without a form.
    var typed: [String: String]?
    /// Whether the fields of the page show what was typed before, see ``FormPage``.
    var showsTyped = false
    /// Whether the form was not accepted because its page had been open for too long.
    var isStale = false
    /// The group of the page when the person runs it. Posts in it then have the buttons of its moderators.
    var moderatedGroup: ID<Account>?

    var services: Services { pages.services }
    var community: Community { services.community }
    var database: Database { services.database }
    var now: Timestamp { services.clock.now }
    var moments: Moments { Moments(texts: t, zone: pages.timeZone, now: now) }
    var formToken: String { visitor.formToken }
    var person: LocalAccount? { visitor.person }
    /// The account whose permissions decide what the page shows; nil for a visitor who is not signed in.
    var viewer: ID<Account>? { visitor.person?.account.id }
    /// Whether the page shows what only moderators see. The command checks the permission again.
    var isModerator: Bool { person?.role.mayModerate ?? false }
    /// The path, without the query.
    var path: String { request.uri.path }
    var query: Query { Query(request) }
    /// The path with its query, without parameters that belong to one visit only.
    var address: String {
        let query = query
        let kept = [
            "view", "before", "after", "past", "group", "like", "handle", "going", "waiting", "requests", "people",
            "reports", "policies", "silent", "uri",
            "post", "event", "account",
        ].compactMap { name in
            query[name].flatMap { $0 == "print" ? nil : "\(name)=\($0.percentEncoded)" }
        }
        return kept.isEmpty ? path : path + "?" + kept.joined(separator: "&")
    }

    /// The path with its whole query, but without what belongs to one visit only.
    var wholeAddress: String {
        guard request.method == .get else { return "/" }
        let pairs = (request.uri.query ?? "").split(separator: "&").filter {
            !$0.hasPrefix("done=") && !$0.hasPrefix("view=print")
        }
        return pairs.isEmpty ? path : path + "?" + pairs.joined(separator: "&")
    }

    /// Returns a value that the query of a page gives to its form, or that was typed before.
    func given(_ name: String) -> String { showsTyped ? typed?[name] ?? "" : query[name] ?? "" }

    /// Returns the visit in another language.
    func speaking(_ language: Language) -> Visit {
        var visit = self
        visit.t = .of(language)
        return visit
    }

    /// Returns the person who is signed in.
    ///
    /// - Throws: `signInNeeded`, which redirects to the sign-in page and from there back to this page.
    func member() throws -> LocalAccount {
        guard let person else { throw ServiceError.signInNeeded }
        return person
    }

    /// Returns the principal of a command that a form starts: the person who is signed in.
    func principal() throws -> Principal { .member(try member().account.id) }

    /// Returns the principal of a command that a form starts. It acts in the name of the group when the form names one.
    func principal(as group: ID<Account>?) throws -> Principal {
        let person = try member().account.id
        return group.map { .group($0, by: person) } ?? .member(person)
    }

    /// Returns the moderator who is signed in, for a page that only moderators see. For all others the page is not
    /// found.
    func moderator() throws -> LocalAccount {
        let person = try member()
        guard isModerator else { throw ServiceError.notFound }
        return person
    }

    /// Returns an id in the path.
    func id<Entity>(_ name: String = "id") throws -> ID<Entity> {
        guard let id = context.parameter(name).flatMap({ ID<Entity>($0) }) else { throw ServiceError.notFound }
        return id
    }

    /// Returns a text in the path.
    func word(_ name: String = "name") throws -> String {
        guard let word = context.parameter(name), !word.isEmpty else { throw ServiceError.notFound }
        return word
    }

    /// The page of a list for which the query asks.
    func listPage(limit: Int = 20) -> PageRequest {
        PageRequest(before: query["before"].flatMap { ID<Post>($0)?.rawValue }, limit: limit)
    }

    /// Redirects the browser to a path, with the flash message that the next page shows.
    func redirect(_ path: String, flash message: FlashMessage? = nil, cookie: String? = nil) -> Response {
        var headers = HTTPFields()
        if let cookie { headers[.setCookie] = cookie }
        guard let message else { return Responses.redirect(to: path, headers: headers) }
        let parts = path.split(separator: "#", maxSplits: 1)
        let mark = path.contains("?") ? "&" : "?"
        let anchor = parts.count > 1 ? "#\(parts[1])" : ""
        let flash = Flash(message: message, post: parts.count > 1 ? Flash.post(atAnchor: parts[1]) : nil)
        headers.append(HTTPField(name: .setCookie, value: flash.header(isSecure: community.isSecure)))
        return Responses.redirect(to: "\(parts.first ?? "/")\(mark)done=\(message.rawValue)\(anchor)", headers: headers)
    }
}

/// What was just done. The next page shows it as a message, once. Its address and a cookie name the case, so that no
/// other text can be shown.
enum FlashMessage: String, CaseIterable {
    case published, edited, deleted, thanked, unthanked, recommended, unrecommended, voted
    case planned, changed, postponed, cancelled, going, waiting, asked, left
    case followed, requested, unfollowed, answered, founded, entered, askedGroup, askedHere, leftGroup
    case saved, password, approved, approvedWithoutMail, refused, resolved, welcome, goodbye, appRevoked, appRefused
    case announced, withdrawn, retried, kept, released, reported, muted, unmuted, blocked, unblocked, restored
    case takenOut, letIn, talkClosed, talkOpen
}

/// A form that was sent. Its form token has been checked.
struct Submission: Sendable {
    var visit: Visit
    let form: Form
    /// The uploaded files. They stay on disk until the response is made.
    var files: [UploadedFile] = []

    /// Returns the file that was chosen in a field.
    func file(_ name: String) -> Upload? {
        files.first { $0.fieldName == name }.map { .file(path: $0.path) }
    }

    /// The value of a field.
    subscript(name: String) -> String { form[name] }

    /// The values of the given fields, without secrets. The form is filled with them when it is shown again.
    func state(_ names: String...) -> FormState {
        FormState(Dictionary(uniqueKeysWithValues: Set(names).map { ($0, form[$0]) }))
    }

    /// Returns the path of this node to which the form asks to continue, or the fallback.
    func next(or fallback: String) -> String {
        LocalPath(form["next"])?.string ?? fallback
    }
}

extension FormState {
    /// Stores why a command was refused, so that the form can show it.
    ///
    /// - Throws: the error, when it is not about the values of the form.
    mutating func take(_ error: ServiceError) throws -> HTTPResponse.Status {
        switch error {
        case .invalid(let errors):
            self.errors = errors
            return .unprocessableContent
        case .conflict(let code):
            errors = [FieldError("", code)]
            return .conflict
        case .unreachable:
            errors = [FieldError("", "unreachable")]
            return .badGateway
        case .tooMany:
            errors = [FieldError("", "too_many")]
            return .tooManyRequests
        case .busy:
            errors = [FieldError("", "overloaded")]
            return .serviceUnavailable
        case .notFound, .notAllowed, .signInNeeded:
            throw error
        }
    }
}
