// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import HTTPSupport
internal import HTTPTypes
internal import Hummingbird
internal import Model
internal import Services
internal import Storage
internal import TextEncoding

/// One request for a page: who asks, in which language, and what a page needs to answer.
struct Visit: Sendable {
    let pages: WebPages
    let request: Request
    let context: NodeContext
    var visitor: Sessions.Visitor
    let t: Texts
    /// Whether something came that the person has not seen.
    var hasNews = false

    var services: Services { pages.services }
    var community: Community { services.community }
    var database: Database { services.database }
    var now: Timestamp { services.clock.now }
    var moments: Moments { Moments(texts: t, zone: pages.timeZone, now: now) }
    var formToken: String { visitor.formToken }
    var person: LocalAccount? { visitor.person }
    /// Who looks, for what they may read.
    var viewer: ID<Account>? { visitor.person?.account.id }
    /// For what is shown to those who may moderate; a command asks again.
    var isModerator: Bool { person?.role.mayModerate ?? false }
    /// The path, without the query.
    var path: String { request.uri.path }
    var query: Query { Query(request) }
    /// The page as it is linked to: the path with its query, without what belongs to one visit only.
    var address: String {
        let query = query
        let kept = ["view", "before", "after", "past", "group", "like", "handle"].compactMap { name in
            query[name].flatMap { $0 == "print" ? nil : "\(name)=\($0.percentEncoded)" }
        }
        return kept.isEmpty ? path : path + "?" + kept.joined(separator: "&")
    }

    /// Who is signed in.
    ///
    /// - Throws: `signInNeeded`, which leads to the sign-in page and back.
    func member() throws -> LocalAccount {
        guard let person else { throw ServiceError.signInNeeded }
        return person
    }

    /// Who carries out what a form asks for: the person who is signed in.
    func principal() throws -> Principal { .member(try member().account.id) }

    /// The same, in the name of a group when the form names one.
    func principal(as group: ID<Account>?) throws -> Principal {
        let person = try member().account.id
        return group.map { .group($0, by: person) } ?? .member(person)
    }

    /// A moderator who is signed in, for a page that shows what moderators see; for all others it is not there.
    func moderator() throws -> LocalAccount {
        let person = try member()
        guard isModerator else { throw ServiceError.notFound }
        return person
    }

    /// A number in the path.
    func id<Entity>(_ name: String = "id") throws -> ID<Entity> {
        guard let id = context.parameter(name).flatMap({ ID<Entity>($0) }) else { throw ServiceError.notFound }
        return id
    }

    /// A word in the path.
    func word(_ name: String = "name") throws -> String {
        guard let word = context.parameter(name), !word.isEmpty else { throw ServiceError.notFound }
        return word
    }

    /// The page of a list that the query asks for.
    func listPage(limit: Int = 20) -> PageRequest {
        PageRequest(before: query["before"].flatMap { ID<Post>($0)?.rawValue }, limit: limit)
    }

    /// Sends the browser on, with a word about what was done; the word is one of ``FlashMessage``.
    func redirect(_ path: String, flash message: FlashMessage? = nil, cookie: String? = nil) -> Response {
        var headers = HTTPFields()
        if let cookie { headers[.setCookie] = cookie }
        guard let message else { return Responses.redirect(to: path, headers: headers) }
        let parts = path.split(separator: "#", maxSplits: 1)
        let mark = path.contains("?") ? "&" : "?"
        let anchor = parts.count > 1 ? "#\(parts[1])" : ""
        return Responses.redirect(to: "\(parts.first ?? "/")\(mark)done=\(message.rawValue)\(anchor)", headers: headers)
    }
}

/// What was just done, in the address of the page that follows: only these words become sentences.
enum FlashMessage: String, CaseIterable {
    case published, edited, deleted, thanked, unthanked, recommended, unrecommended, voted
    case planned, changed, postponed, cancelled, going, waiting, asked, left
    case followed, requested, unfollowed, answered, founded
    case saved, password, approved, refused, resolved, welcome, goodbye, appRevoked, appRefused
    case announced, withdrawn
}

/// A form that was sent, and checked to be ours.
struct Submission: Sendable {
    let visit: Visit
    let form: Form
    /// Files that were chosen, on disk until the form is answered.
    var files: [UploadedFile] = []

    /// The file that was chosen in a field.
    func file(_ name: String) -> Upload? {
        files.first { $0.fieldName == name }.map { .file(path: $0.path) }
    }

    /// What was typed into a field.
    subscript(name: String) -> String { form[name] }

    /// Everything that was typed, but for secrets: what the form shows again when something is wrong.
    func state(_ names: String...) -> FormState {
        FormState(Dictionary(uniqueKeysWithValues: Set(names).map { ($0, form[$0]) }))
    }

    /// Where to go on: a path of this node, or the fallback.
    func next(or fallback: String) -> String {
        LocalPath(form["next"])?.string ?? fallback
    }
}

extension FormState {
    /// Takes down why a command was refused, so that the form can say it.
    ///
    /// - Throws: the error, when it is not about what was typed.
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
        case .notFound, .notAllowed, .signInNeeded:
            throw error
        }
    }
}
