// SPDX-License-Identifier: Apache-2.0

import Database
import Model

@testable import Storage

// Reading at the time at which a scene begins. Only mutes that end depend on the time.

extension Timelines {
    static func home(
        _ viewer: ID<Account>, _ page: PageRequest, onlyPosts: Bool = false, in db: some Queryable
    ) throws(DatabaseError) -> TimelinePage {
        try home(viewer, page, onlyPosts: onlyPosts, at: Scene.start, in: db)
    }

    static func list(
        _ list: ID<AccountList>, replies: AccountList.RepliesPolicy, viewer: ID<Account>, _ page: PageRequest,
        in db: some Queryable
    ) throws(DatabaseError) -> TimelinePage {
        try self.list(list, replies: replies, viewer: viewer, page, at: Scene.start, in: db)
    }

    static func group(
        _ group: ID<Account>, _ page: PageRequest, viewer: ID<Account>?, mode: FederationMode, onlyPosts: Bool = false,
        in db: some Queryable
    ) throws(DatabaseError) -> TimelinePage {
        try self.group(group, page, viewer: viewer, mode: mode, onlyPosts: onlyPosts, at: Scene.start, in: db)
    }

    static func everyone(
        _ filter: PublicFilter, _ page: PageRequest, viewer: ID<Account>?, mode: FederationMode, in db: some Queryable
    ) throws(DatabaseError) -> TimelinePage {
        try everyone(filter, page, viewer: viewer, mode: mode, at: Scene.start, in: db)
    }

    static func discussions(
        _ page: PageRequest, viewer: ID<Account>?, mode: FederationMode, in db: some Queryable
    ) throws(DatabaseError) -> TimelinePage {
        try discussions(page, viewer: viewer, mode: mode, at: Scene.start, in: db)
    }

    static func tagged(
        _ filter: TagFilter, _ page: PageRequest, viewer: ID<Account>?, mode: FederationMode, in db: some Queryable
    ) throws(DatabaseError) -> TimelinePage {
        try tagged(filter, page, viewer: viewer, mode: mode, at: Scene.start, in: db)
    }

    static func mentions(
        _ viewer: ID<Account>, _ page: PageRequest, in db: some Queryable
    ) throws(DatabaseError) -> TimelinePage {
        try mentions(viewer, page, at: Scene.start, in: db)
    }
}

extension Searches {
    static func statuses(
        _ query: StatusQuery, viewer: ID<Account>, offset: Int, limit: Int, in db: some Queryable
    ) throws(DatabaseError) -> [TimelineItem] {
        try statuses(query, viewer: viewer, offset: offset, limit: limit, at: Scene.start, in: db)
    }
}

extension StreamAudience {
    static func load(
        _ id: ID<TimelineItem>, listeners: [ID<Account>], lists: [ID<AccountList>], mode: FederationMode,
        in db: some Queryable
    ) throws(DatabaseError) -> StreamedItem? {
        try load(id, listeners: listeners, lists: lists, mode: mode, at: Scene.start, in: db)
    }
}

extension AccountRelations {
    static func load(
        _ ids: [ID<Account>], viewer: ID<Account>, in db: some Queryable
    ) throws(DatabaseError) -> [AccountRelation] {
        try load(ids, viewer: viewer, at: Scene.start, in: db)
    }
}

extension Mutes {
    static func list(
        of account: ID<Account>, _ page: PageRequest, in db: some Queryable
    ) throws(DatabaseError) -> [Account] {
        try list(of: account, page, at: Scene.start, in: db)
    }
}

extension Suggestions {
    static func list(for viewer: ID<Account>, limit: Int, in db: some Queryable) throws(DatabaseError) -> [Account] {
        try list(for: viewer, limit: limit, at: Scene.start, in: db)
    }
}
