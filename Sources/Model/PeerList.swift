// SPDX-License-Identifier: Apache-2.0

internal import TextEncoding
internal import Vocabulary

/// A list of hosts to limit or to block, as communities publish and exchange them.
///
/// Four formats are read: Mastodon's export (`#domain,#severity,…`), the lists of FediBlockHole and Oliphant
/// (`domain,severity,…`), RapidBlock's (one host a line, without a head) and the JSON of Mastodon's
/// `/api/v1/instance/domain_blocks`. Lines that name no usable host are kept apart with the reason.
public struct PeerList: Sendable, Hashable {
    /// One host of a list.
    public struct Entry: Sendable, Hashable {
        /// The host in its normal form, with its port when one was written.
        public var host: String
        /// What the list wants: limited or blocked.
        public var policy: PeerPolicy
        /// The list's reason; may be empty.
        public var note: String

        /// Creates the value.
        public init(host: String, policy: PeerPolicy, note: String) {
            self.host = host
            self.policy = policy
            self.note = note
        }
    }

    /// A line that is not used.
    public struct Refusal: Sendable, Hashable {
        /// The number of the line or, in JSON, of the element; the first is 1.
        public var line: Int
        /// The host as it was written, at most 100 characters of it.
        public var text: String
        /// Why: `obfuscated`, `not_a_host`, `unknown_severity`, `no_action`.
        public var reason: String
    }

    /// The largest file that is read.
    public static let sizeLimit = 10 << 20
    /// The largest number of hosts.
    public static let entryLimit = 100_000

    /// The hosts, each once, in the order of the list. Of two lines for one host the stricter one holds.
    public private(set) var entries: [Entry] = []
    /// The lines that are not used.
    public private(set) var refusals: [Refusal] = []
    private var places: [String: Int] = [:]
    private static let jsonLimits = JSON.Limits(depth: 8, nodes: 1_000_000, bytes: sizeLimit)

    /// Reads a list.
    ///
    /// - Returns: nil for a text that is none of the four formats, that is too long, or that has too many hosts.
    public init?(_ text: String) {
        let text = text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
        guard text.utf8.count <= Self.sizeLimit else { return nil }
        let isRead = text.drop(while: \.isWhitespace).first == "[" ? readJSON(text) : readLines(text)
        guard isRead, entries.count <= Self.entryLimit else { return nil }
    }

    /// The list in the format of Mastodon's export.
    public static func export(_ entries: [Entry]) -> String {
        var text = "#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate\n"
        for entry in entries where entry.policy == .limited || entry.policy == .blocked {
            let severity = entry.policy == .blocked ? "suspend" : "silence"
            text += "\(entry.host),\(severity),false,false,\(CSV.quoted(entry.note)),false\n"
        }
        return text
    }

    private mutating func readLines(_ text: String) -> Bool {
        guard let rows = CSV.rows(text), let first = rows.first(where: { !$0.fields.allSatisfy(\.isEmpty) }) else {
            return false
        }
        let head = first.fields.map { $0.trimmingHash.lowercased() }
        if let domain = head.firstIndex(of: "domain") {
            let severity = head.firstIndex(of: "severity")
            let comment = head.firstIndex(of: "public_comment")
            for row in rows where row.line > first.line {
                let field = { (index: Int?) in index.flatMap { row.fields.indices.contains($0) ? row.fields[$0] : nil }
                }
                add(field(domain) ?? "", severity: field(severity), note: field(comment) ?? "", line: row.line)
            }
            return true
        }
        // Without a head there is one host a line. A line with several fields belongs to some other kind of table.
        guard rows.allSatisfy({ $0.fields.count == 1 }) else { return false }
        for row in rows where !row.fields[0].hasPrefix("#") {
            add(row.fields[0], severity: nil, note: "", line: row.line)
        }
        return !entries.isEmpty
    }

    private mutating func readJSON(_ text: String) -> Bool {
        guard let list = try? JSON.parse(text, limits: Self.jsonLimits).array else { return false }
        for (index, element) in list.enumerated() {
            add(
                element["domain"]?.string ?? "", severity: element["severity"]?.string,
                note: element["comment"]?.string ?? "", line: index + 1)
        }
        return true
    }

    private mutating func add(_ written: String, severity: String?, note: String, line: Int) {
        let written = String(written.trimmingWhitespace)
        let severity = severity?.trimmingWhitespace.lowercased() ?? ""
        guard !written.isEmpty || !severity.isEmpty else { return }
        func refuse(_ reason: String) {
            refusals.append(Refusal(line: line, text: String(written.prefix(100)), reason: reason))
        }
        guard !written.contains("*") else { return refuse("obfuscated") }
        guard let host = Self.host(written) else { return refuse("not_a_host") }
        let policy: PeerPolicy
        switch severity {
        case "suspend", "block", "": policy = .blocked
        case "silence", "limit": policy = .limited
        case "noop", "none": return refuse("no_action")
        default: return refuse("unknown_severity")
        }
        let entry = Entry(host: host, policy: policy, note: String(note.trimmingWhitespace.prefix(500)))
        if let place = places[host] {
            if policy == .blocked, entries[place].policy == .limited { entries[place] = entry }
        } else {
            places[host] = entries.count
            entries.append(entry)
        }
    }

    /// The normal form of a host that may be written with a port, in another script, or as an address.
    private static func host(_ written: String) -> String? {
        guard let (name, port) = Host.split(written, defaultPort: 443), name.contains(".") else { return nil }
        return port == 443 ? name : "\(name):\(port)"
    }
}

extension String {
    /// Without the sign that Mastodon puts before the names of columns.
    fileprivate var trimmingHash: String {
        let text = trimmingWhitespace
        return String(text.hasPrefix("#") ? text.dropFirst() : text)
    }
}

/// Comma-separated values. Spec: RFC 4180.
private enum CSV {
    struct Row {
        var line: Int
        var fields: [String]
    }

    /// The rows that are not empty; nil when a quoted field does not end.
    static func rows(_ text: String) -> [Row]? {
        var rows: [Row] = []
        var fields: [String] = []
        var field = ""
        var (line, start) = (1, 1)
        var isQuoted = false
        var wasQuoted = false
        func isBlank() -> Bool { fields.isEmpty && field.isEmpty && !wasQuoted }
        func endRow() {
            if !isBlank() { rows.append(Row(line: start, fields: fields + [field])) }
            (fields, field, wasQuoted) = ([], "", false)
        }
        var scalars = Array(text.unicodeScalars)[...]
        while let scalar = scalars.popFirst() {
            if isQuoted {
                if scalar == "\"" {
                    if scalars.first == "\"" {
                        field.unicodeScalars.append(scalar)
                        scalars.removeFirst()
                    } else {
                        isQuoted = false
                    }
                } else {
                    if scalar == "\n" { line += 1 }
                    field.unicodeScalars.append(scalar)
                }
                continue
            }
            switch scalar {
            case "\"" where field.isEmpty && !wasQuoted:
                (isQuoted, wasQuoted) = (true, true)
            case ",":
                fields.append(field)
                (field, wasQuoted) = ("", false)
            case "\r": break
            case "\n":
                endRow()
                line += 1
                start = line
            default: field.unicodeScalars.append(scalar)
            }
        }
        guard !isQuoted else { return nil }
        endRow()
        return rows
    }

    static func quoted(_ field: String) -> String {
        guard field.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return field }
        return "\"" + field.replacing("\"", with: "\"\"") + "\""
    }
}
