// SPDX-License-Identifier: Apache-2.0

import Database
internal import HTTPSupport
internal import Hummingbird
internal import Model
internal import Storage

/// The posts with one hashtag.
enum TagPage {
    static func show(_ visit: Visit) async throws -> Response {
        let tag = try visit.word("tag").lowercased()
        let (request, viewer, mode, now) = (visit.listPage(), visit.viewer, visit.community.mode, visit.now)
        let (views, older) = try await visit.database.read { db in
            let page = try Timelines.tagged(TagFilter(tag), request, viewer: viewer, mode: mode, at: now, in: db)
            return (try PostViews.load(page.posts, viewer: viewer, with: .page, in: db), page.older)
        }
        let content: HTML = """
            <h1>#\(tag)</h1>
            \(when(views.isEmpty && older == nil, visit.empty(.noTagged, .noTaggedInvite, Pictures.emptyCounter, link: ("/write", .writePost))))
            <ul class="list">\(each(views) { visit.discussionCard($0, heading: .second) })</ul>\(visit.older(older))
            """
        return visit.respond(Page("#\(tag)", .discussions, content: content))
    }
}
