// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model

// How a timeline is read.
//
// Nothing is written for a follower when a post arrives: the sources of a timeline are merged when it is read (a k-way
// merge). For each of many accounts, groups or hashtags the next item is read, which is the head of the source. Then
// the next n items of the sources with the nearest n heads are read. This result has no gap up to a limit, which is the
// nearest of these: the last of the n heads, when there are more than n, and the n-th item of each source. So a
// statement costs the same on a new server and on an old one. Only the number of sources matters.
//
// The head of an account is at first its newest item, whose id is in `newest_entry`, a table small enough to stay in
// memory. Only accounts whose newest items the reader has scrolled past need a search in the index `entry_account`. The
// stored id may belong to a deleted item. Then the range begins at a missing row, and the next item is found after it.
// When all of the nearest heads were deleted, no item is found at all, and the statement is repeated with an index
// search for every head.
//
// A reader who follows many accounts finds most of the latest items of the whole server in the home timeline. So these
// latest items are checked first, and the heads are used only when few of them belong to the timeline.

/// Merges the items of several sources into one order, as far as one reader may see them.
struct TimelineMerge {
    let sources: [TimelineSource]
    let viewer: ID<Account>?
    /// The condition under which an item is shown; see ``Conditions`` for its aliases.
    let condition: SQL
    /// The condition that one of the latest items of the server belongs to the timeline, with the aliases `r` and `e`;
    /// nil when few of them do.
    var isNear: SQL?
    let request: PageRequest

    private typealias Slice = RangeScan.Slice<Int64, TimelineItem.Shown>

    /// The maximum number of heads, and of items of one source, that one statement reads.
    private static let headLimit = 128
    /// How many times more of the server's latest items are read than are needed.
    private static let nearFactor = 4

    /// Reads the page. A post or event that is in several sources appears once.
    ///
    /// It needs one statement, unless most of the nearest items are hidden.
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

    /// The server's next items that belong to the timeline; nil when none does.
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

    /// The selected columns of a statement that reads items.
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

    /// The tables of the heads, `h0`, `h1` …, and the table `l` with the limit up to which all sources together have no
    /// gap; then the items up to this limit.
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

    /// The end of the requested range that is farthest from where reading starts.
    private var end: Int64 { range.fromOldest ? range.bounds.last : range.bounds.first }

    /// The keys with the nearest heads, nearest first.
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

    /// The limits up to which the items of a source have no gap; NULL where there is no limit.
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

    /// The items of a source with many keys, from its heads on.
    private func ranges(of source: TimelineSource, _ table: SQL) -> SQL {
        """
        SELECT \(source.mark) AS mark, \(source.item) AS item FROM \(table) k CROSS JOIN \(source.table)
        WHERE \(source.condition) AND \(source.mark) BETWEEN \(bounds)
        """
    }

    /// The items of a source with one range.
    private func range(of source: TimelineSource) -> SQL {
        """
        SELECT z.mark, z.item FROM (
            SELECT \(source.mark) AS mark, \(source.item) AS item FROM \(source.table)
            WHERE \(source.condition) AND \(source.mark) BETWEEN \(bounds)
            ORDER BY \(source.mark) \(range.direction) LIMIT \(RangeScan.literal(length))) z
        """
    }

    /// The first and the last mark that the statement may return.
    private var bounds: SQL {
        let (first, last) = range.bounds
        guard hasHeads else { return "\(first) AND \(last)" }
        return range.fromOldest ? "\(first) AND (SELECT l.mark FROM l)" : "(SELECT l.mark FROM l) AND \(last)"
    }
}
