// SPDX-License-Identifier: Apache-2.0

internal import Database
public import Model

/// One page of a timeline, and where its neighbours begin.
///
/// A page is full, or at the end of its timeline, or short because much of what was looked at is hidden from the
/// reader. The last kind has a cursor too, also when it shows nothing: the next page goes on from there.
public struct TimelinePage: Sendable, Equatable {
    /// What the page shows, newest first.
    public var items: [TimelineItem]
    /// `PageRequest.before` of the next older page; nil when there is none.
    public var older: Int64?
    /// `PageRequest.after` of the next newer page, read from its oldest end; nil when nothing is known of its place.
    public var newer: Int64?

    /// The posts that it shows, in its order.
    public var posts: [ID<Post>] { items.compactMap(\.post) }

    /// Creates the value.
    public init(items: [TimelineItem], older: Int64?, newer: Int64?) {
        self.items = items
        self.older = older
        self.newer = newer
    }
}

/// How a list is read of which nobody knows beforehand how much its reader may see.
///
/// Whether a row is shown depends on many tables, and an engine that guesses wrong reads and sorts everything before it
/// gives the first row. So a range of an index is read first, its length written into the statement, and only for its
/// rows it is asked which are shown. When they do not fill the page, the next range is longer. The search ends when the
/// page is full, when nothing is left, or when ``budget`` rows were looked at: then the page is short, and says where
/// to go on.
enum RangeScan {
    /// How many rows are looked at for one page; the last range may exceed it.
    static let budget = 4_000
    /// Few lengths, so that few statements are prepared.
    static let lengths = [32, 64, 128, 512, 1_536]

    /// A row that was looked at.
    struct Found<Mark: Sendable, Item: Hashable & Sendable>: Sendable {
        /// By what the list is sorted.
        var mark: Mark
        var item: Item
        var isShown: Bool
    }

    /// The rows of one range, nearest first.
    struct Slice<Mark: Sendable, Item: Hashable & Sendable>: Sendable {
        var rows: [Found<Mark, Item>]
        /// Everything as far as here was looked at; nil when nothing is left.
        var end: Mark?
    }

    /// What a search found.
    struct Result<Mark: Sendable, Item: Hashable & Sendable>: Sendable {
        /// What is shown, each item once, nearest first, as many as were asked for at the most.
        var shown: [Found<Mark, Item>] = []
        /// The nearest and the farthest row that were looked at.
        var nearest: Mark?
        var farthest: Mark?
        /// Behind what the next page begins; nil when nothing is left.
        var next: Mark?
    }

    /// Searches for a page.
    ///
    /// - Parameters:
    ///   - limit: how many rows the page shows.
    ///   - slice: reads the range behind a mark, or the first one for nil; as many rows as the length says at the most.
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
        // One more than fits on the page tells that another page follows it.
        if result.shown.count > limit {
            result.shown.removeLast(result.shown.count - limit)
            result.next = result.shown.last?.mark
        }
        return result
    }

    /// A number that the engine is to see when it plans.
    static func literal(_ number: Int) -> SQL { SQL(stringLiteral: "\(number)") }
}

extension TimelinePage {
    /// The page that a search by number gives.
    init(_ request: PageRequest, _ found: RangeScan.Result<Int64, TimelineItem.Shown>) {
        self.init(items: found.shown.map(\.item.item), older: nil, newer: nil)
        if request.fromOldest {
            items.reverse()
            older = found.shown.first?.mark ?? found.nearest
            newer = found.next ?? found.farthest
        } else {
            // What lies before `after` is older too, and was not asked for.
            older = found.next ?? (request.after > 0 ? found.shown.last?.mark : nil)
            newer = found.nearest
        }
    }
}

extension TimelineItem {
    /// An item that is the same as another when both show the same post or event.
    struct Shown: Hashable, Sendable {
        var item: TimelineItem

        static func == (a: Self, b: Self) -> Bool { a.item.subject == b.item.subject }

        func hash(into hasher: inout Hasher) { hasher.combine(item.subject) }
    }
}

extension PageRequest {
    /// The order in which its rows are found.
    var direction: SQL { fromOldest ? "ASC" : "DESC" }

    /// The smallest and the largest id that it may hold.
    var bounds: (first: Int64, last: Int64) { (after < .max ? after + 1 : .max, before > .min ? before - 1 : .min) }

    /// The ids that it may hold.
    func holds(_ column: SQL) -> SQL { "\(column) BETWEEN \(bounds.first) AND \(bounds.last)" }
}
