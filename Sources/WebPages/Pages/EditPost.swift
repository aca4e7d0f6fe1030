// SPDX-License-Identifier: Apache-2.0

import Database
internal import HTTPSupport
internal import Hummingbird
internal import Model
internal import Services
internal import Storage

/// The form that edits a post of the person, and the command that deletes it.
enum EditPost {
    static func show(_ visit: Visit) async throws -> Response {
        let me = try visit.member().account.id
        let id: ID<Post> = try visit.id()
        let source = try await visit.services.source(of: id, by: me)
        return try await page(visit, id, FormState(["title": source.title, "text": source.text]))
    }

    static func save(_ sent: Submission) async throws -> Response {
        let visit = sent.visit
        let principal = try visit.principal()
        let id: ID<Post> = try visit.id()
        do {
            try await visit.services.editPost(id, title: sent["title"], text: sent["text"], as: principal)
            return visit.redirect("/posts/\(id)#post-\(id)", flash: .edited)
        } catch let error as ServiceError {
            var state = sent.state("title", "text")
            let status = try state.take(error)
            return try await page(visit, id, state, status: status)
        }
    }

    static func delete(_ sent: Submission) async throws -> Response {
        let visit = sent.visit
        let id: ID<Post> = try visit.id()
        let thread = try await visit.database.read { db in try Posts.byID(id, in: db)?.thread }
        try await visit.services.deletePost(id, as: try visit.principal())
        let isAnswer = thread != nil && thread != id
        return visit.redirect(isAnswer ? "/posts/\(thread ?? id)" : "/discussions", flash: .deleted)
    }

    private static func page(
        _ visit: Visit, _ id: ID<Post>, _ state: FormState, status: HTTPResponse.Status = .ok
    ) async throws -> Response {
        let t = visit.t
        guard let post = try await visit.database.read({ db in try Posts.byID(id, in: db) }) else {
            throw ServiceError.notFound
        }
        let text = Field("text", t(.postText), .area(rows: 10)).with {
            $0.isRequired = true
            $0.limit = PostLimits.text
            $0.hint = t(.textHint)
        }
        let title = Field("title", t(.postTitle)).with { $0.limit = PostLimits.title }
        let content: HTML = """
            <h1>\(t(.editPost))</h1>\(visit.problems(state))
            \(visit.form("\(post.path)/edit", style: "sheet-form", """
                \(when(post.isTopLevel, visit.field(title, state)))\(visit.field(text, state))
                \(visit.submit(t(.save), cancel: post.path))
                """))
            <section class="last">\(visit.deletion(post))</section>
            """
        let page = Page(t(.editPost), .discussions, content: content).with { $0.hasCorner = false }
        return visit.respond(page, status: status)
    }
}
