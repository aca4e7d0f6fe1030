// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model

/// How a list is read of which nobody knows beforehand how much its reader may see.
///
/// That hangs on many tables, and an engine that guesses wrong reads and sorts everything before it gives the first row.
/// So a piece of an index is cut off first, its length written into the statement, and only of its rows is it asked what
/// is shown. When that is not enough, the next piece is four times as long.
enum Pieces {
    /// Few, so that few statements are prepared; the first holds a usual page and the row that tells of another.
    private static let lengths = [24, 96, 384, 1_536]

    /// Reads until a page is full or nothing is left.
    ///
    /// - Parameters:
    ///   - page: which rows, by the column `id`.
    ///   - piece: runs a statement for the rows of a window, nearest first, `LIMIT` the length given: column `is_shown` is 1
    ///     for those that count.
    /// - Returns: the rows that are shown, nearest first, `page.limit` at the most.
    static func read(
        _ page: PageRequest, _ piece: (PageRequest, SQL) throws(DatabaseError) -> [Row]
    ) throws(DatabaseError) -> [Row] {
        var (window, found): (PageRequest, [Row]) = (page, [])
        var step = lengths.firstIndex { $0 >= page.limit } ?? 0
        while true {
            let rows = try piece(window, literal(lengths[step]))
            for row in rows where try row.int("is_shown") == 1 {
                found.append(row)
                if found.count == page.limit { return found }
            }
            guard rows.count == lengths[step], let last = rows.last else { return found }
            if page.fromOldest { window.after = try last.int("id") } else { window.before = try last.int("id") }
            step = min(step + 1, lengths.count - 1)
        }
    }

    /// A number that the engine is to see when it plans.
    static func literal(_ number: Int) -> SQL { SQL(stringLiteral: "\(number)") }

    /// The ids of several sources as one piece, each id once.
    ///
    /// - Parameter sources: `SELECT … AS id`, each in the order of the page and as long as the piece.
    static func union(_ sources: [SQL], _ window: PageRequest, _ length: SQL) -> SQL {
        let branches = sources.map { source -> SQL in "SELECT y.id FROM (\(source)) y" }
        return """
            SELECT z.id FROM (\(SQL.joined(branches, separator: " UNION "))) z
            ORDER BY z.id \(window.direction) LIMIT \(length)
            """
    }
}

extension PageRequest {
    /// The order in which its rows are found.
    var direction: SQL { fromOldest ? "ASC" : "DESC" }

    /// The ids that it may hold.
    func holds(_ column: SQL) -> SQL { "\(column) < \(before) AND \(column) > \(after)" }
}
