// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import TestSupport
import Testing
import Vocabulary

@Suite("Lists of members")
struct MembersTests {
    @Test("members are paged by number, without those who wait or are gone", arguments: TestEngine.available)
    func members(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            for number in 1...5 {
                try await db.store(members: Someone.member(try Someone.local(Int64(number), "m\(number)")))
            }
            try await db.store(
                members: Someone.member(try Someone.local(6, "waiting"), approvedAt: nil),
                Someone.member(try Someone.local(7, "suspended")), Someone.member(try Someone.local(8, "deleted")))
            try await db.store(try Someone.remote(9, "far"), try Someone.local(10, "cafe", kind: .group))
            try await db.write { tx in
                try Accounts.suspend(ID(7), at: .start, in: tx)
                try Accounts.markDeleted(ID(8), at: .start, in: tx)
            }
            let first = try await db.read { try Accounts.members(PageRequest(limit: 3), onlyListed: false, in: $0) }
            let second = try await db.read {
                try Accounts.members(PageRequest(before: 3, limit: 3), onlyListed: false, in: $0)
            }
            #expect(first.map(\.id) == [ID(5), ID(4), ID(3)])
            #expect(second.map(\.id) == [ID(2), ID(1)])
        }
    }

    @Test("groups are those of this node that act", arguments: TestEngine.available)
    func groups(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            var far = try Someone.remote(3, "club")
            far.kind = .group
            try await db.store(
                try Someone.local(2, "agenda", kind: .group), try Someone.local(1, "cafe", kind: .group), far,
                try Someone.local(4, "closed", kind: .group), try Someone.local(5, "ada"))
            try await db.write { try Accounts.markDeleted(ID(4), at: .start, in: $0) }
            #expect(try await db.read { try Accounts.groups(in: $0) }.map(\.id) == [ID(1), ID(2)])
        }
    }

    @Test("newcomers are listed by the day they were let in, if they wish", arguments: TestEngine.available)
    func newcomers(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            var shy = try Someone.local(4, "shy")
            shy.discoverable = false
            try await db.store(
                members: Someone.member(try Someone.local(1, "late"), approvedAt: .start + .days(9)),
                Someone.member(try Someone.local(2, "old"), approvedAt: .start - .days(1)),
                Someone.member(try Someone.local(3, "early"), approvedAt: .start),
                Someone.member(shy, approvedAt: .start + .days(3)),
                Someone.member(try Someone.local(5, "waiting"), approvedAt: nil))
            let all = try await db.read { try Accounts.newcomers(since: .start, limit: 9, in: $0) }
            let one = try await db.read { try Accounts.newcomers(since: .start, limit: 1, in: $0) }
            #expect(all.map(\.username) == ["late", "early"])
            #expect(one.map(\.username) == ["late"])
        }
    }

    @Test("helpers answered somebody else in public, the last one first", arguments: TestEngine.available)
    func helpers(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            try await db.store(
                members: Someone.member(try Someone.local(1, "asker")), Someone.member(try Someone.local(2, "bea")),
                Someone.member(try Someone.local(3, "carl")), Someone.member(try Someone.local(4, "whisperer")))
            try await db.store(try Someone.remote(5, "far"))
            try await db.write { tx in
                let question = try write(by: 1, at: .start, in: tx)
                try write(by: 2, at: .start + .minutes(1), thread: question, in: tx)
                try write(by: 3, at: .start + .minutes(2), thread: question, in: tx)
                try write(by: 2, at: .start + .minutes(3), thread: question, in: tx)
                try write(by: 1, at: .start + .minutes(4), thread: question, in: tx)
                try write(by: 4, at: .start + .minutes(5), thread: question, visibility: .direct, in: tx)
                try write(by: 5, at: .start + .minutes(6), thread: question, isLocal: false, in: tx)
            }
            let all = try await db.read { try Accounts.helpers(since: .start, limit: 9, in: $0) }
            let recent = try await db.read { try Accounts.helpers(since: .start + .minutes(3), limit: 9, in: $0) }
            #expect(all.map(\.username) == ["bea", "carl"])
            #expect(recent.map(\.username) == ["bea"])
        }
    }

    @Test("a member counts as active who wrote or was here", arguments: TestEngine.available)
    func counts(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            try await db.store(
                members: Someone.member(try Someone.local(1, "writer")), Someone.member(try Someone.local(2, "reader")),
                Someone.member(try Someone.local(3, "sleeper")), Someone.member(try Someone.local(4, "both")),
                Someone.member(try Someone.local(5, "waiting"), approvedAt: nil))
            try await db.store(try Someone.remote(6, "far"))
            let month = Timestamp.start - .days(30)
            let halfYear = Timestamp.start - .days(180)
            try await db.write { tx in
                try write(by: 1, at: month - .days(1), in: tx)
                try write(by: 3, at: halfYear - .days(1), in: tx)
                try write(by: 4, at: .start, in: tx)
                try write(by: 6, at: .start, isLocal: false, in: tx)
                for (token, account) in [(1, 2), (2, 4), (3, 5)] as [(UInt8, Int64)] {
                    try Sessions.insert([token], account: ID(account), at: .start, expires: .start, in: tx)
                }
            }
            let counts = try await db.read { try Accounts.counts(activeSince: month, halfYear: halfYear, in: $0) }
            #expect(counts.members == 4)
            #expect(counts.activeMonth == 2)
            #expect(counts.activeHalfYear == 3)
            #expect(counts.localPosts == 3)
            #expect(counts.localEvents == 0)
        }
    }
}

/// Stores the bare row of a post, in a thread of its own unless `thread` is given.
@discardableResult
private func write(
    by author: Int64, at instant: Timestamp, thread: ID<Post>? = nil, visibility: Visibility = .everyone,
    isLocal: Bool = true, in tx: Transaction
) throws -> ID<Post> {
    let id: ID<Post> = IDMaker(slot: Int(author)).make(at: instant)
    try tx.run(
        """
        INSERT INTO post (id, iri, author_id, thread_id, kind, title, content_html, warning, visibility,
            published_at, is_local)
        VALUES (\(id), \("https://cafe.example/posts/\(id)"), \(ID<Account>(author)), \(thread ?? id), 'note', '', '',
            '', \(visibility), \(instant), \(isLocal))
        """)
    return id
}
