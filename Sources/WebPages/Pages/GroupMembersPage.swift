// SPDX-License-Identifier: Apache-2.0

import Database
internal import HTTPSupport
internal import Hummingbird
internal import Model
internal import Storage

/// The people of this node who belong to a group. Visitors see those who agreed to be listed.
enum GroupMembersPage {
    static func show(_ visit: Visit) async throws -> Response {
        let group = try await GroupPage.find(visit)
        let (isStranger, after) = (visit.person == nil, visit.mark("people"))
        let (people, count) = try await visit.database.read { db in
            (
                try GroupMembers.page(of: group.id, onlyListed: isStranger, after: after, limit: 60, in: db),
                try GroupMembers.count(of: group.id, in: db)
            )
        }
        let t = visit.t
        let title = t(.membersOfGroup, group.shownName)
        let content: HTML = """
            <p class="crumbs"><a href="\(group.path)">\(group.shownName)</a></p><h1>\(title)</h1>
            <p class="intro">\(t.count(.groupMemberCount, count)) \(when(isStranger, "\(t(.membersIntroStranger))"))</p>
            <ul class="cards" id="people">\(each(people.accounts) { AccountCard.card($0, visit) })</ul>
            \(visit.rest("people", after: people.next?.description, section: "people"))
            """
        let page = Page(title, .discussions, content: content).with {
            $0.isWide = true
            $0.isHidden = true
        }
        return visit.respond(page)
    }
}
