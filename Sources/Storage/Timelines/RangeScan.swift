// SPDX-License-Identifier: Apache-2.0

internal import Database
public import Model

/// One page of a timeline, with the cursors of its neighbours.
///
/// A page is full, or at the end of its timeline, or short because many of the scanned items are hidden from the
/// reader. A short page has a cursor, too, even when it shows no item: the next page continues there.
public struct TimelinePage: Sendable, Equatable {
    /// The items of the page, newest first.
    public var items: [TimelineItem]
    /// `PageRequest.before` of the next older page; nil when there is none.
    public var older: Int64?
    /// `PageRequest.after` of the next newer page, which is read from its oldest end; nil when its position is unknown.
    public var newer: Int64?

    /// The posts of the page, in its order.
    public var posts: [ID<Post>] { items.compactMap(\.post) }

    /// Creates the value.
    public init(items: [TimelineItem], older: Int64?, newer: Int64?) {
        self.items = items
        self.older = older
        self.newer = newer
    }
}

/// Reads a page of a list when it is unknown how many of its rows the reader may see.
///
/// Whether a row is shown depends on the tables `account`, `block`, `follow`, `mention`, `mute`, `peer` and others. An
/// engine that estimates this wrongly reads and sorts everything before it returns the first row. So a range of an
/// index is read first, with its length written into the statement, and the conditions are checked only for its rows.
/// When the shown rows do not fill the page, a longer range is read next. The scan ends when the page is full, when no
/// rows are left, or when ``budget`` rows were scanned. In the last case the page is short and has a cursor for the
/// rest.
enum RangeScan {
    /// The maximum number of rows that are scanned for one page; the last range may exceed it.
    static let budget = 4_000
    /// The lengths of the ranges. They are few, so that few statements are prepared.
    static let lengths = [32, 64, 128, 512, 1_536]

    /// A scanned row.
    struct Found<Mark: Sendable, Item: Hashable & Sendable>: Sendable {
        /// The value by which the list is sorted.
        var mark: Mark
        var item: Item
        var isShown: Bool
    }

    /// The rows of one range, nearest first.
    struct Slice<Mark: Sendable, Item: Hashable & Sendable>: Sendable {
        var rows: [Found<Mark, Item>]
        /// The mark up to which all rows were scanned; nil when no rows are left.
        var end: Mark?
    }

    /// The result of a scan.
    struct Result<Mark: Sendable, Item: Hashable & Sendable>: Sendable {
        /// The shown rows, each item once, nearest first; at most as many as requested.
        var shown: [Found<Mark, Item>] = []
        /// The marks of the nearest and the farthest scanned row.
        var nearest: Mark?
        var farthest: Mark?
        /// The mark after which the next page begins; nil when no rows are left.
        var next: Mark?
    }

    /// Scans for a page.
    ///
    /// - Parameters:
    ///   - limit: how many rows the page shows.
    ///   - slice: reads the range after a mark, or the first range for nil; at most as many rows as the length.
    static func read<Mark, Item>(
        limit: Int, _ slice: (Mark?, Int) throws(DatabaseError) -> Slice<Mark, Item>
    ) throws(DatabaseError) -> Result<Mark, Item> {
        var result = Result<Mark, Item>()
        var seen: Set<Item> = []
        var looked = 0
        var step = lengths.firstIndex { $0 >= limit + max(limit / 4, 1) } ?? lengths.count - 1
        repeat {
            let part = try slice(result.next, lengths[step])
            for row in part.rows where row.isShown && seen.insert(row.item).inserted { result.shown.append(row) }
            result.nearest = result.nearest ?? part.rows.first?.mark
            result.farthest = part.rows.last?.mark ?? result.farthest
            result.next = part.end
            looked += part.rows.count
            step = min(step + 1, lengths.count - 1)
        } while result.next != nil && result.shown.count <= limit && looked < budget
        // One row more than the page holds shows that another page follows.
        if result.shown.count > limit {
            result.shown.removeLast(result.shown.count - limit)
            result.next = result.shown.last?.mark
        }
        return result
    }

    /// A number as SQL text instead of a parameter, so that the query planner sees it.
    static func literal(_ number: Int) -> SQL { SQL(stringLiteral: "\(number)") }
}

extension TimelinePage {
    /// Creates the page from the result of a scan by id.
    init(_ request: PageRequest, _ found: RangeScan.Result<Int64, TimelineItem.Shown>) {
        self.init(items: found.shown.map(\.item.item), older: nil, newer: nil)
        if request.fromOldest {
            items.reverse()
            older = found.shown.first?.mark ?? found.nearest
            newer = found.next ?? found.farthest
        } else {
            // Items before `after` are older, too, but were not requested.
            older = found.next ?? (request.after > 0 ? found.shown.last?.mark : nil)
            newer = found.nearest
        }
    }
}

extension TimelineItem {
    /// A key for the items of a page: two items are equal when they show the same post or event.
    struct Shown: Hashable, Sendable {
        var item: TimelineItem

        static func == (a: Self, b: Self) -> Bool { a.item.subject == b.item.subject }

        func hash(into hasher: inout Hasher) { hasher.combine(item.subject) }
    }
}

extension PageRequest {
    /// The sort order in which the rows of the page are read.
    var direction: SQL { fromOldest ? "ASC" : "DESC" }

    /// The smallest and the largest id that the page may contain.
    var bounds: (first: Int64, last: Int64) { (after < .max ? after + 1 : .max, before > .min ? before - 1 : .min) }

    /// The condition that a column is within the page's bounds.
    func holds(_ column: SQL) -> SQL { "\(column) BETWEEN \(bounds.first) AND \(bounds.last)" }
}
