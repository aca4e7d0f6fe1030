// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import HTTPSupport
internal import HTTPTypes
internal import Hummingbird
internal import Model
internal import Services
internal import Storage

/// Publishing and editing statuses.
enum PublishingEndpoints {
    static let all: [Endpoint] = [
        .post("/api/v1/statuses", .person("write:statuses"), publish),
        .put("/api/v1/statuses/:id", .person("write:statuses"), edit),
        .get("/api/v1/statuses/:id/source", .person("read:statuses"), source),
        .get("/api/v1/statuses/:id/history", .everyone("read:statuses"), history),
    ]

    // MARK: - Publishing

    private static func publish(_ call: APIRequest) async throws -> APIResponse {
        let author = try call.principal()
        let draft = try await draft(call)
        if let hour = call.parameters.text("scheduled_at"), !hour.isEmpty {
            let time = try ScheduledEndpoints.hour(hour, call)
            // A time in the past means now.
            if time > call.services.clock.now {
                let id = try await call.services.schedulePost(draft, at: time, as: author)
                return try await ScheduledEndpoints.respond(id, call)
            }
        }
        let id = try await call.services.publishPost(draft, as: author)
        return try await StatusEndpoints.respond(writtenNow: id, call)
    }

    private static func draft(_ call: APIRequest) async throws -> PostDraft {
        let defaults = call.identity?.defaults ?? PostingDefaults()
        let sent = call.parameters
        var draft = PostDraft(text: sent.text("status") ?? "")
        draft.warning = sent.text("spoiler_text") ?? ""
        draft.sensitive = sent.bool("sensitive") ?? defaults.sensitive
        draft.language = language(call) ?? defaults.language ?? call.services.community.language
        draft.visibility = try visibility(sent) ?? defaults.visibility
        draft.media = try media(sent)
        draft.poll = try poll(sent)
        draft.quotePolicy = try quotePolicy(sent) ?? defaults.quotePolicy
        if !draft.visibility.isOpen { draft.quotePolicy = .nobody }
        draft.app = call.identity?.app?.rawValue
        draft.key = key(call)
        try await setReplyTarget(of: &draft, call)
        if let quoted: ID<TimelineItem> = try call.sentID("quoted_status_id") {
            guard let post = try await StatusEndpoints.view(quoted, call).item.post else { throw APIError.notAllowed }
            draft.quoted = post
        }
        return draft
    }

    /// Returns the wanted visibility; nil when the request leaves it to the defaults.
    ///
    /// - Throws: `.invalid` for a word that is unknown here, because some apps know narrower words than this server.
    static func visibility(_ sent: SentParameters) throws(APIError) -> Visibility? {
        guard let name = sent.text("visibility"), !name.isEmpty else { return nil }
        guard let visibility = Visibility(apiName: name) else { throw .notInList("visibility") }
        return visibility
    }

    /// Returns the language of the request; nil for none, and for a language that does not exist.
    private static func language(_ call: APIRequest) -> String? {
        call.parameters.text("language").flatMap { Languages.exists($0) ? $0 : nil }
    }

    /// Sets the parent of a reply: a post, or an event by its id as a status.
    private static func setReplyTarget(of draft: inout PostDraft, _ call: APIRequest) async throws {
        guard let id: ID<TimelineItem> = try call.sentID("in_reply_to_id") else { return }
        switch try await StatusEndpoints.view(id, call).item.subject {
        case .post(let post): draft.inReplyTo = post
        case .event(let event): draft.event = event
        }
    }

    private static func media(_ sent: SentParameters) throws(APIError) -> [ID<Media>] {
        try sent.texts("media_ids").filter { !$0.isEmpty }.map { text throws(APIError) in
            guard let id = ID<Media>(text) else { throw .notFound }
            return id
        }
    }

    /// Reads the media after an edit; nil when the request does not mention media, as some apps do.
    ///
    /// `media_attributes` alone changes the words of some media. Which media the post has, and their order, is said by
    /// `media_ids` only.
    private static func mediaEdit(_ sent: SentParameters, of post: PostView?) throws(APIError) -> PostMediaEdit? {
        guard sent.hasValue("media_ids") || sent.hasValue("media_attributes") else { return nil }
        var edit = PostMediaEdit(
            sent.hasValue("media_ids") ? try media(sent) : (post?.attachments ?? []).compactMap(\.media))
        for details in sent.objects("media_attributes") {
            guard let id = details.text("id").flatMap({ ID<Media>($0) }), edit.ids.contains(id) else { continue }
            edit.details[id] = .init(
                description: details.text("description"), focus: details.text("focus").flatMap { FocalPoint($0) })
        }
        return edit
    }

    static func poll(_ sent: SentParameters) throws(APIError) -> PollDraft? {
        guard let poll = sent.object("poll") else { return nil }
        let options = poll.texts("options").filter { !$0.isEmpty }
        guard !options.isEmpty else { return nil }
        guard let seconds = poll.int("expires_in") else {
            throw .invalid([.init(field: "expires_at", code: "ERR_BLANK", text: "can't be blank")])
        }
        return PollDraft(
            options: options, seconds: seconds, isMultiple: poll.bool("multiple") ?? false,
            hidesTotals: poll.bool("hide_totals") ?? false)
    }

    static func quotePolicy(_ sent: SentParameters) throws(APIError) -> QuotePolicy? {
        guard let name = sent.text("quote_approval_policy"), !name.isEmpty else { return nil }
        guard let policy = QuotePolicy(apiName: name) else { throw .notInList("quote_approval_policy") }
        return policy
    }

    /// Returns the idempotency key of the request, prefixed with the token's id, so that keys of different tokens
    /// differ.
    private static func key(_ call: APIRequest) -> String? {
        guard let name = HTTPField.Name("Idempotency-Key"), let key = call.request.headers[name], !key.isEmpty,
            let token = call.identity?.token
        else { return nil }
        return "\(token):\(key.prefix(255))"
    }

    // MARK: - Editing

    private static func edit(_ call: APIRequest) async throws -> APIResponse {
        let id: ID<TimelineItem> = try call.id()
        let view = try await StatusEndpoints.view(id, call)
        guard let post = view.item.post else { throw APIError.notFound }
        let sent = call.parameters
        var change = PostChange()
        change.text = sent.text("status")
        change.warning = sent.text("spoiler_text")
        change.sensitive = sent.bool("sensitive")
        change.language = language(call)
        change.quotePolicy = try quotePolicy(sent)
        change.media = try mediaEdit(sent, of: view.post)
        // Apps send the poll that the post has after the edit. A request without a poll removes it.
        change.poll = try poll(sent).map { .becomes($0) } ?? .ends
        try await call.services.editPost(post, change, as: try call.principal())
        return try await StatusEndpoints.respond(writtenNow: post, call)
    }

    private static func source(_ call: APIRequest) async throws -> APIResponse {
        let actor = try call.actor()
        guard let post = try await StatusEndpoints.view(try call.id(), call).post?.post else {
            throw APIError.notFound
        }
        let source = try await call.services.source(of: post.id, readBy: actor)
        return APIResponse { writer in
            writer.object {
                $0.field("id", post.id)
                $0.field("text", source.text)
                $0.field("spoiler_text", post.warning)
            }
        }
    }

    private static func history(_ call: APIRequest) async throws -> APIResponse {
        let view = try await StatusEndpoints.view(try call.id(), call)
        guard let post = view.post else {
            return APIResponse { writer in writer.array([view]) { $0.onlyVersion(of: $1, call.rendering) } }
        }
        let versions = try await call.database.read { db in try PostVersions.of(post.post, in: db) }
        return APIResponse { writer in
            writer.array(versions) { $0.version($1, of: post, call.rendering) }
        }
    }
}
