// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model

// How a home timeline is read.
//
// Nothing is written for a follower when a post arrives: a member who follows a thousand accounts reads a page by looking
// at the next entry of each, keeping the few accounts that are nearest, and merging those. A page of n can only hold
// entries of the n accounts that come first, and none older than the last of these, so both statements cost the same on a
// young node and on an old one; what grows is only the number of accounts that are followed.
//
// The next entry of an account is at first its newest, whose number is kept beside it (`newest_entry`, small enough to stay
// in memory). Only accounts that a reader has scrolled past cost a step in the index `entry_account`. The number kept may be
// that of an entry that is deleted: it then names a place where nothing stands, and the look goes on behind it.

/// The entries of many accounts, and of some hashtags, in one order.
struct EntryMerge {
    /// `SELECT account_id, with_boosts`: whose entries, and whether their boosts count.
    let sources: SQL
    /// `SELECT tag`: hashtags whose posts count too; nil for none.
    var tags: SQL?
    /// What of them is shown, in the words of ``EntryConditions``.
    let condition: SQL
    let page: PageRequest

    /// How often the search goes on when what was found is not shown.
    private static let rounds = 8

    private struct Front {
        var account: ID<Account>?
        var tag: String
        var withBoosts: Bool
        var next: Int64
    }

    /// The page, newest first; a post that several of the accounts brought stands in it once.
    ///
    /// Two statements for each round, three with hashtags; one round unless most of what is near is not shown.
    func entries(in db: some Queryable) throws(DatabaseError) -> [Entry] {
        var found: [Entry] = []
        var seen: Set<Entry.Subject> = []
        var window = page
        for _ in 0..<Self.rounds {
            let fronts = try nearest(window, in: db)
            guard let farthest = fronts.last else { break }
            let candidates = try merged(fronts, window, in: db)
            for (entry, isShown) in candidates where isShown && seen.insert(entry.subject).inserted {
                found.append(entry)
            }
            guard found.count < page.limit else { break }
            // Everything as far as here has been seen.
            let end: Int64
            if candidates.count == page.limit, let last = candidates.last?.entry.id.rawValue {
                end = last
            } else if fronts.count == page.limit {
                end = farthest.next
            } else {
                break
            }
            if page.fromOldest { window.after = end } else { window.before = end }
        }
        let kept = found.prefix(page.limit)
        return page.fromOldest ? kept.reversed() : Array(kept)
    }

    private var direction: SQL { page.direction }
    private var limit: SQL { Pieces.literal(page.limit) }

    /// The accounts and hashtags with the nearest next entries, nearest first; as many as a page is long.
    private func nearest(_ window: PageRequest, in db: some Queryable) throws(DatabaseError) -> [Front] {
        var fronts: [Front] = []
        let accounts = try db.rows(
            """
            WITH w AS MATERIALIZED (
                SELECT s.account_id, s.with_boosts, \(next(window)) AS next_id
                FROM (\(sources)) s JOIN newest_entry n ON n.account_id = s.account_id
                WHERE n.entry_id > \(window.after))
            SELECT w.account_id, w.with_boosts, w.next_id FROM w
            WHERE w.next_id IS NOT NULL ORDER BY w.next_id \(direction) LIMIT \(limit)
            """)
        for row in accounts {
            fronts.append(
                Front(
                    account: try row.id("account_id"), tag: "", withBoosts: try row.bool("with_boosts"),
                    next: try row.int("next_id")))
        }
        if let tags { fronts += try nearest(ofTags: tags, window, in: db) }
        let isBefore: (Front, Front) -> Bool = { page.fromOldest ? $0.next < $1.next : $0.next > $1.next }
        return Array(fronts.sorted(by: isBefore).prefix(page.limit))
    }

    /// The next entry of an account: its newest where the reader is not past it, else a step in the index.
    private func next(_ window: PageRequest) -> SQL {
        let step: SQL = """
            (SELECT e.id FROM entry e
             WHERE e.account_id = s.account_id AND \(window.holds("e.id")) AND (s.with_boosts OR NOT e.is_boost)
             ORDER BY e.id \(direction) LIMIT 1)
            """
        guard !page.fromOldest else { return step }
        return "CASE WHEN s.with_boosts AND n.entry_id < \(window.before) THEN n.entry_id ELSE \(step) END"
    }

    private func nearest(
        ofTags tags: SQL, _ window: PageRequest, in db: some Queryable
    ) throws(DatabaseError) -> [Front] {
        let rows = try db.rows(
            """
            WITH w AS MATERIALIZED (
                SELECT s.tag, (
                    SELECT h.post_id FROM hashtag h WHERE h.tag = s.tag AND \(window.holds("h.post_id"))
                    ORDER BY h.post_id \(direction) LIMIT 1) AS next_id
                FROM (\(tags)) s)
            SELECT w.tag, w.next_id FROM w
            WHERE w.next_id IS NOT NULL ORDER BY w.next_id \(direction) LIMIT \(limit)
            """)
        var fronts: [Front] = []
        for row in rows {
            fronts.append(
                Front(account: nil, tag: try row.text("tag"), withBoosts: false, next: try row.int("next_id")))
        }
        return fronts
    }

    /// The nearest entries of these, whether shown or not; as many as a page is long.
    private func merged(
        _ fronts: [Front], _ window: PageRequest, in db: some Queryable
    ) throws(DatabaseError) -> [(entry: Entry, isShown: Bool)] {
        var window = window
        // What lies beyond the last of a full set of fronts belongs to a later page.
        if fronts.count == page.limit, let last = fronts.last?.next {
            if page.fromOldest {
                window.before = min(window.before, last == .max ? last : last + 1)
            } else {
                window.after = max(window.after, last == .min ? last : last - 1)
            }
        }
        let rows = try db.rows(
            """
            SELECT \(Entries.columns), CASE WHEN \(condition) THEN 1 ELSE 0 END AS is_shown
            FROM (SELECT DISTINCT y.id FROM (\(branches(padded(fronts), window))) y) c
            JOIN entry e ON e.id = c.id \(EntryConditions.joins)
            ORDER BY e.id \(direction) LIMIT \(limit)
            """)
        var list: [(entry: Entry, isShown: Bool)] = []
        for row in rows { list.append((try Entries.read(row), try row.int("is_shown") == 1)) }
        return list
    }

    /// Statements of few lengths share few plans.
    private func padded(_ fronts: [Front]) -> [Front] {
        guard let last = fronts.last else { return [] }
        var length = 1
        while length < fronts.count { length *= 2 }
        return fronts + repeatElement(last, count: length - fronts.count)
    }

    private func branches(_ fronts: [Front], _ window: PageRequest) -> SQL {
        let pieces = fronts.map { front -> SQL in
            guard let account = front.account else {
                return """
                    SELECT x.id FROM (SELECT h.post_id AS id FROM hashtag h
                        WHERE h.tag = \(front.tag) AND \(window.holds("h.post_id"))
                        ORDER BY h.post_id \(direction) LIMIT \(limit)) x
                    """
            }
            return """
                SELECT x.id FROM (SELECT e.id FROM entry e
                    WHERE e.account_id = \(account) AND \(window.holds("e.id"))
                        AND (\(front.withBoosts) OR NOT e.is_boost)
                    ORDER BY e.id \(direction) LIMIT \(limit)) x
                """
        }
        return SQL.joined(pieces, separator: " UNION ALL ")
    }
}
