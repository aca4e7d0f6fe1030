// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model

// How a timeline is read.
//
// Nothing is written for a follower when a post arrives: the sources of a timeline are merged when it is read. For each
// of many accounts, groups or hashtags its next item is looked at (the head of the source); of the nearest n heads the
// next items are read. How far these reach without a gap is known: no farther than the last of the n heads, when there
// are more, and no farther than the n-th item of each source. So a statement costs the same on a young node and on an
// old one; what grows is only the number of sources.
//
// The head of an account is at first its newest item, whose number is kept beside it (`newest_entry`, small enough to
// stay in memory). Only accounts that a reader has scrolled past cost a step in the index `entry_account`. The number
// kept may be that of an item that was deleted: then the range begins where nothing stands, and the next item is found
// behind it. When all of the nearest heads were deleted, nothing at all is found, and the index is asked for every
// head.
//
// Who follows many accounts finds most of the node's latest items at home. So the latest items of the whole node are
// looked at first, and only when few of them belong to the timeline the heads are.

/// The items of several sources in one order, as far as one reader sees them.
struct TimelineMerge {
    let sources: [TimelineSource]
    let viewer: ID<Account>?
    /// What of the items is shown; see ``Conditions`` for its aliases.
    let condition: SQL
    /// Which of all items of the node belong to the timeline; speaks of `r` and `e`. nil when few do.
    var isNear: SQL?
    let request: PageRequest

    private typealias Slice = RangeScan.Slice<Int64, TimelineItem.Shown>

    /// The most heads, and the most items of one source, that one statement looks at.
    private static let headLimit = 128
    /// How many times more items of the node are looked at than are wanted.
    private static let nearFactor = 4

    /// The page; a post or event that several sources brought stands in it once.
    ///
    /// One statement, unless most of what is near is hidden.
    func page(in db: some Queryable) throws(DatabaseError) -> TimelinePage {
        var range = request
        var isNear = isNear
        let found = try RangeScan.read(limit: request.limit) { mark, length throws(DatabaseError) -> Slice in
            if let mark {
                if request.fromOldest { range.after = mark } else { range.before = mark }
            }
            if let condition = isNear, let slice = try nearSlice(range, length, condition, in: db) {
                if slice.rows.count < length / Self.nearFactor { isNear = nil }
                return slice
            }
            isNear = nil
            return try slice(range, length, in: db)
        }
        return TimelinePage(request, found)
    }

    /// The next items of all sources.
    private func slice(
        _ range: PageRequest, _ length: Int, in db: some Queryable
    ) throws(DatabaseError) -> Slice {
        let hasHeads = sources.contains { $0.keys != nil }
        let length = hasHeads ? min(length, Self.headLimit) : length
        var rows = try db.rows(Merging(self, range, length, trustsNewest: !range.fromOldest).statement)
        if rows.isEmpty, !range.fromOldest, sources.contains(where: \.hasNewest) {
            rows = try db.rows(Merging(self, range, length, trustsNewest: false).statement)
        }
        return try Self.read(rows, length, range)
    }

    /// Those of the node's next items that belong to the timeline; nil when none of them does.
    private func nearSlice(
        _ range: PageRequest, _ length: Int, _ isNear: SQL, in db: some Queryable
    ) throws(DatabaseError) -> Slice? {
        let order: SQL = "ORDER BY e.id \(range.direction) LIMIT"
        let size = min(length * Self.nearFactor, 2_048)
        let all: SQL = "FROM entry e WHERE \(range.holds("e.id")) \(order)"
        let rows = try db.rows(
            """
            SELECT \(columns(mark: "e.id")),
                (SELECT e.id \(all) 1 OFFSET \(RangeScan.literal(size - 1))) AS reached
            FROM \(Conditions.reader(viewer)) CROSS JOIN (
                SELECT e.id FROM \(Conditions.reader(viewer))
                CROSS JOIN (SELECT e.id, e.account_id, e.post_id, e.is_boost \(all) \(RangeScan.literal(size))) e
                WHERE \(isNear) \(order) \(RangeScan.literal(length))) c
            JOIN entry e ON e.id = c.id \(Conditions.itemTables)
            ORDER BY e.id \(range.direction)
            """)
        return rows.isEmpty ? nil : try Self.read(rows, length, range)
    }

    /// The columns of a statement that looks at items.
    fileprivate func columns(mark: SQL) -> SQL {
        "\(TimelineItems.columns), \(mark) AS mark, CASE WHEN \(condition) THEN 1 ELSE 0 END AS is_shown"
    }

    private static func read(_ rows: [Row], _ length: Int, _ range: PageRequest) throws(DatabaseError) -> Slice {
        var slice = Slice(rows: [], end: nil)
        for row in rows {
            slice.rows.append(
                RangeScan.Found(
                    mark: try row.int("mark"), item: TimelineItem.Shown(item: try TimelineItems.read(row)),
                    isShown: try row.int("is_shown") == 1))
        }
        if rows.count == length {
            slice.end = slice.rows.last?.mark
        } else if let reached = try rows.first?.intOrNil("reached"),
            reached != (range.fromOldest ? range.bounds.last : range.bounds.first)
        {
            slice.end = reached
        }
        return slice
    }
}

/// One statement that merges the sources of a timeline.
private struct Merging {
    private let merge: TimelineMerge
    private let range: PageRequest
    private let length: Int
    private let trustsNewest: Bool

    init(_ merge: TimelineMerge, _ range: PageRequest, _ length: Int, trustsNewest: Bool) {
        self.merge = merge
        self.range = range
        self.length = length
        self.trustsNewest = trustsNewest
    }

    private var hasHeads: Bool { merge.sources.contains { $0.keys != nil } }

    /// Tables of the heads `h0`, `h1` … and of how far all sources together reach without a gap, `l`; then the items as
    /// far as there.
    var statement: SQL {
        var heads: [SQL] = []
        var limits: [SQL] = []
        var ranges: [SQL] = []
        for (number, source) in merge.sources.enumerated() {
            guard let keys = source.keys else {
                ranges.append(self.range(of: source))
                continue
            }
            let table = SQL(stringLiteral: "h\(number)")
            heads.append(self.heads(of: source, keys, table))
            limits.append(limit(of: source, table))
            ranges.append(self.ranges(of: source, table))
        }
        let nearest: SQL = range.fromOldest ? "min" : "max"
        let reached: SQL = hasHeads ? "(SELECT l.mark FROM l)" : "NULL"
        let reach: SQL = """
            l AS MATERIALIZED (
                SELECT coalesce(\(nearest)(z.mark), \(end)) AS mark
                FROM (\(SQL.joined(limits, separator: " UNION ALL "))) z)
            """
        let tables: SQL = hasHeads ? "WITH \(SQL.joined(heads, separator: ", ")), \(reach)" : ""
        return """
            \(tables)
            SELECT \(merge.columns(mark: "c.mark")), \(reached) AS reached
            FROM \(Conditions.reader(merge.viewer)) CROSS JOIN (
                SELECT u.mark, u.item FROM (\(SQL.joined(ranges, separator: " UNION ALL "))) u
                GROUP BY u.mark, u.item ORDER BY u.mark \(range.direction) LIMIT \(RangeScan.literal(length))) c
            JOIN entry e ON e.id = c.item \(Conditions.itemTables)
            ORDER BY c.mark \(range.direction)
            """
    }

    /// The end of the range that is farthest from where it is read.
    private var end: Int64 { range.fromOldest ? range.bounds.last : range.bounds.first }

    /// The keys whose heads are nearest, nearest first.
    private func heads(of source: TimelineSource, _ keys: SQL, _ table: SQL) -> SQL {
        var head = step(of: source, to: 1)
        var kept: SQL = ""
        if source.hasNewest {
            kept = "JOIN newest_entry n ON n.account_id = k.account_id WHERE n.entry_id >= \(range.bounds.first)"
            if trustsNewest {
                head = "CASE WHEN k.with_boosts AND n.entry_id <= \(range.bounds.last) THEN n.entry_id ELSE \(head) END"
            }
        }
        return """
            all_\(table) AS MATERIALIZED (SELECT k.*, \(head) AS head FROM (\(keys)) k \(kept)),
            \(table) AS MATERIALIZED (
                SELECT k.* FROM all_\(table) k WHERE k.head IS NOT NULL
                ORDER BY k.head \(range.direction) LIMIT \(RangeScan.literal(length)))
            """
    }

    /// How far the items behind the heads of a source reach without a gap: NULL for as far as there are any.
    private func limit(of source: TimelineSource, _ table: SQL) -> SQL {
        let last: SQL = range.fromOldest ? "max(k.head)" : "min(k.head)"
        return """
            SELECT CASE WHEN count(*) = \(RangeScan.literal(length)) THEN \(last) END AS mark FROM \(table) k
            UNION ALL SELECT \(step(of: source, to: length)) AS mark FROM \(table) k
            """
    }

    /// The mark of the n-th item of a source.
    private func step(of source: TimelineSource, to number: Int) -> SQL {
        """
        (SELECT \(source.mark) FROM \(source.table) WHERE \(source.condition) AND \(range.holds(source.mark))
         ORDER BY \(source.mark) \(range.direction) LIMIT 1 OFFSET \(RangeScan.literal(number - 1)))
        """
    }

    /// The items of a source behind its heads.
    private func ranges(of source: TimelineSource, _ table: SQL) -> SQL {
        """
        SELECT \(source.mark) AS mark, \(source.item) AS item FROM \(table) k CROSS JOIN \(source.table)
        WHERE \(source.condition) AND \(source.mark) BETWEEN \(bounds)
        """
    }

    /// The items of a source that has one range.
    private func range(of source: TimelineSource) -> SQL {
        """
        SELECT z.mark, z.item FROM (
            SELECT \(source.mark) AS mark, \(source.item) AS item FROM \(source.table)
            WHERE \(source.condition) AND \(source.mark) BETWEEN \(bounds)
            ORDER BY \(source.mark) \(range.direction) LIMIT \(RangeScan.literal(length))) z
        """
    }

    /// The first and the last mark that the statement may give.
    private var bounds: SQL {
        let (first, last) = range.bounds
        guard hasHeads else { return "\(first) AND \(last)" }
        return range.fromOldest ? "\(first) AND (SELECT l.mark FROM l)" : "(SELECT l.mark FROM l) AND \(last)"
    }
}
