// SPDX-License-Identifier: Apache-2.0

internal import Vocabulary

/// What a figure should reach on two noisy cores. A benchmark compares; it never judges.
enum Goal: Sendable {
    case valueAtLeast(Double), valueAtMost(Double), ratioAtLeast(Double), ratioAtMost(Double)
}

/// One line of the report.
struct Figure: Sendable {
    let name: String
    let value: Double
    let unit: String
    /// What the machine could do, in the same unit, and what that is called.
    var limit: (value: Double, name: String)?
    var goal: Goal?

    init(_ name: String, _ value: Double, _ unit: String, limit: (Double, String)? = nil, goal: Goal? = nil) {
        self.name = name
        self.value = value
        self.unit = unit
        self.limit = limit.map { (value: $0.0, name: $0.1) }
        self.goal = goal
    }

    /// The value as a part of the limit.
    var ratio: Double? { limit.flatMap { $0.value > 0 ? value / $0.value : nil } }

    /// Whether the aim is reached; nil when there is none.
    var isMet: Bool? {
        switch goal {
        case .valueAtLeast(let goal): value >= goal
        case .valueAtMost(let goal): value <= goal
        case .ratioAtLeast(let goal): ratio.map { $0 >= goal }
        case .ratioAtMost(let goal): ratio.map { $0 <= goal }
        case nil: nil
        }
    }

    private var aimText: String {
        switch goal {
        case .valueAtLeast(let goal): "≥ \(Self.text(goal))"
        case .valueAtMost(let goal): "≤ \(Self.text(goal))"
        case .ratioAtLeast(let goal): "ratio ≥ \(Self.text(goal))"
        case .ratioAtMost(let goal): "ratio ≤ \(Self.text(goal))"
        case nil: ""
        }
    }

    var cells: [String] {
        [
            name, "\(Self.text(value)) \(unit)", limit.map { "\(Self.text($0.value))  \($0.name)" } ?? "",
            ratio.map(Self.text) ?? "", aimText, isMet.map { $0 ? "yes" : "no" } ?? "",
        ]
    }

    var json: JSON {
        var object: JSON.Object = JSON.Object([
            ("figure", .string(name)), ("value", JSON(value)), ("unit", .string(unit)),
        ])
        if let limit {
            object["limit"] = JSON(limit.value)
            object["limit_name"] = .string(limit.name)
        }
        if let ratio { object["ratio"] = JSON(ratio) }
        if goal != nil { object["aim"] = .string(aimText) }
        if let isMet { object["met"] = .bool(isMet) }
        return .object(object)
    }

    /// Three digits that mean something.
    static func text(_ value: Double) -> String {
        let decimals = [100, 10, 1, 0.1].firstIndex { value.magnitude >= $0 } ?? 4
        var scale = 1.0
        for _ in 0..<decimals { scale *= 10 }
        guard value.isFinite, value.magnitude < 1e12 else { return "?" }
        let scaled = Int((value * scale).rounded())
        let text = String(scaled.magnitude)
        guard decimals > 0 else { return (scaled < 0 ? "-" : "") + text }
        let padded = String(repeating: "0", count: max(0, decimals + 1 - text.count)) + text
        return (scaled < 0 ? "-" : "") + padded.dropLast(decimals) + "." + padded.suffix(decimals)
    }
}

/// The whole run, in the order in which it was measured.
struct Report: Sendable {
    let engine: String
    let isQuick: Bool
    var figures: [Figure] = []

    mutating func add(_ figure: Figure) { figures.append(figure) }

    /// Adds the cost of one kind of request, compared with a route that does nothing.
    mutating func add(_ reading: Reading, bare: Reading, goal: Goal? = nil) {
        add(Figure(reading.name, reading.rate, "/s", limit: (bare.rate, "bare route"), goal: goal))
        add(Figure("   p50", reading.p50, "ms", limit: (bare.p50, "bare route")))
        add(Figure("   p99", reading.p99, "ms", limit: (bare.p99, "bare route")))
        add(Figure("   CPU of the node", reading.nodeMicroseconds, "µs", limit: (bare.nodeMicroseconds, "bare route")))
        if let server = reading.serverMicroseconds {
            add(Figure("   CPU of PostgreSQL", server, "µs", limit: (bare.nodeMicroseconds, "bare route")))
        }
        if let statements = reading.statements { add(Figure("   statements", statements, "")) }
    }

    /// Columns as wide as their widest cell; numbers stand at the left of theirs.
    var table: String {
        let rows = [["figure", "value", "limit of this machine", "ratio", "aim", "met?"]] + figures.map(\.cells)
        let widths = (0..<6).map { column in rows.map { $0[column].count }.max() ?? 0 }
        let lines = rows.map { row in
            let cells = zip(row, widths).map { cell, width in
                cell + String(repeating: " ", count: width - cell.count)
            }
            return cells.joined(separator: "  ").trimmedEnd
        }
        let rule = widths.map { String(repeating: "─", count: $0) }.joined(separator: "  ")
        return ([lines[0], rule] + lines.dropFirst()).joined(separator: "\n")
    }

    var json: JSON {
        [
            "engine": .string(engine), "cores": JSON(Machine.cores), "quick": .bool(isQuick),
            "figures": .array(figures.map(\.json)),
        ]
    }
}

extension String {
    fileprivate var trimmedEnd: String {
        var text = self[...]
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
