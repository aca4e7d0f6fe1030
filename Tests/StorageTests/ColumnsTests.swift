// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import TestSupport
import Testing
import Vocabulary

@testable import Storage

@Suite("Columns of wide rows")
struct ColumnsTests {
    @Test("every column of a post that is read is written, and an edit leaves five alone")
    func posts() throws {
        let iri = try #require(IRI("https://cafe.example/posts/1"))
        let post = Post(
            id: ID(1), iri: iri, author: ID(2), content: .empty, visibility: .everyone, publishedAt: Timestamp(0),
            isLocal: true)
        let all = Self.names(Posts.columns(of: post))
        #expect(all.sorted() == PostRow.names.sorted())
        let fixed = Set(all).subtracting(Self.names(Posts.changeableColumns(of: post)))
        #expect(fixed == ["id", "iri", "author_id", "is_local", "app_id"])
    }

    @Test("every column of an event that is read is written, and an edit leaves four alone")
    func events() throws {
        let iri = try #require(IRI("https://cafe.example/events/1"))
        let event = Event(
            id: ID(1), iri: iri, owner: ID(2), uuid: "", title: "", startsAt: Timestamp(0), endsAt: Timestamp(0),
            publishedAt: Timestamp(0), isLocal: true)
        let all = Self.names(Events.columns(of: event))
        #expect(all.sorted() == EventRow.names.sorted())
        let fixed = Set(all).subtracting(Self.names(Events.changeableColumns(of: event)))
        #expect(fixed == ["id", "iri", "uuid", "is_local"])
    }

    @Test("every column of an account that is read is written, but for those that are counted")
    func accounts() throws {
        let iri = try #require(IRI("https://cafe.example/users/ada"))
        let account = Account(
            id: ID(1), kind: .person, username: "ada", host: "", iri: iri, displayName: "", summary: .empty,
            createdAt: Timestamp(0))
        let all = Self.names(Accounts.columns(of: account, summarySource: nil))
        let counted: Set = ["post_count", "follower_count", "following_count", "last_post_at"]
        let unread: Set = ["username_folded", "summary_source", "updated_at"]
        #expect(Set(all).subtracting(unread) == Set(AccountRow.names).subtracting(counted))
        #expect(Set(all).count == all.count)
    }

    private static func names(_ columns: [ColumnValue]) -> [String] { columns.map(\.name.description) }
}
