// SPDX-License-Identifier: Apache-2.0

/// A sentence with places for values. It is parsed once when the program starts, because a page has about a hundred
/// sentences.
struct Sentence: Sendable {
    private enum Piece: Sendable {
        case text(String)
        /// The number that selects the form.
        case number
        /// A value by its index.
        case value(Int)
    }

    /// The whole sentence, including `|`.
    private let whole: [Piece]
    /// The forms between `|`, including empty ones.
    private let forms: [[Piece]]
    /// The parts between `|`, for a list of names.
    let items: [String]

    init(_ text: String) {
        whole = Self.pieces(of: text[...])
        let parts = text.split(separator: "|", omittingEmptySubsequences: false)
        forms = parts.map(Self.pieces)
        items = parts.filter { !$0.isEmpty }.map(String.init)
    }

    /// The whole sentence with its values.
    func filled(with values: [String]) -> String {
        if values.isEmpty, whole.count == 1, case .text(let text) = whole[0] { return text }
        return Self.fill(whole, with: values, number: nil)
    }

    /// The form that fits a number.
    ///
    /// - Parameter isOne: whether the language uses the singular for this number.
    func filled(with values: [String], number: Int, isOne: Bool) -> String {
        let form: [Piece] =
            switch forms.count {
            case 3...: number == 0 ? forms[0] : forms[isOne ? 1 : 2]
            case 2: forms[isOne ? 0 : 1]
            default: forms.first ?? []
            }
        return Self.fill(form, with: values, number: number)
    }

    private static func pieces(of text: Substring) -> [Piece] {
        var pieces: [Piece] = []
        var rest = text
        while let open = rest.firstIndex(of: "{") {
            if open > rest.startIndex { pieces.append(.text(String(rest[..<open]))) }
            let after = rest[rest.index(after: open)...]
            guard let close = after.firstIndex(of: "}") else { return pieces + [.text(String(rest[open...]))] }
            if after[..<close] == "n" {
                pieces.append(.number)
            } else if let place = Int(after[..<close]) {
                pieces.append(.value(place - 1))
            }
            rest = after[after.index(after: close)...]
        }
        return rest.isEmpty ? pieces : pieces + [.text(String(rest))]
    }

    /// Fills in all values in one pass, so that a value with braces in it is shown unchanged.
    private static func fill(_ pieces: [Piece], with values: [String], number: Int?) -> String {
        var text = ""
        for piece in pieces {
            switch piece {
            case .text(let literal): text += literal
            case .number: if let number { text += String(number) }
            case .value(let place): if values.indices.contains(place) { text += values[place] }
            }
        }
        return text
    }
}
