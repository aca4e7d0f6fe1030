// SPDX-License-Identifier: Apache-2.0

/// Writes markup in one canonical form, whatever nesting it is asked for.
///
/// Callers enter and leave elements in any order they like. The writer keeps what is *wanted* (three stacks:
/// containers, lines, inline marks) apart from what is *open*, and opens an element only when a character has to
/// stand in it. So the output obeys, by construction, a grammar that HTML 4 and HTML 5 parsers read alike:
///
/// - the root and `blockquote` hold containers and lines; text of their own becomes a `p`;
/// - `ul` and `ol` hold `li` only; `li` holds marks first, then containers and lines;
/// - a line holds text, `br` and marks; marks hold marks of other names (a `span` also spans);
/// - no element is empty, white space is collapsed outside `pre`, no `br` starts or ends a line.
///
/// Sanitised output is therefore a fixed point: reading it asks for the same things again.
struct HTMLWriter {
    /// An element that was asked for; `id` tells two of the same name apart.
    struct Element: Hashable {
        let id: Int
        let name: String
        var attributes = ""

        var opening: String { "<\(name)\(attributes)>" }
        var closing: String { "</\(name)>" }
        /// Bytes of both tags.
        var cost: Int { 2 * name.utf8.count + attributes.utf8.count + 5 }
    }

    private enum Frame {
        case nothing
        case separate
        case container(count: Int)
        case leaf
        case inline
    }

    private enum Pending: Equatable {
        case nothing
        case space
        case breaks(Int)

        var cost: Int {
            switch self {
            case .nothing: 0
            case .space: 1
            case .breaks(let count): 4 * count
            }
        }
    }

    private static let containerLimit = 32
    private static let inlineLimit = 16
    private static let frameLimit = 512
    private static let breaksInARow = 2
    /// Longest escape of one character.
    private static let characterCost = 6
    /// Identifies the paragraph that nobody asked for.
    private static let implicitID = 0

    private let blocks: Bool
    private let limit: Int
    private var output: [UInt8] = []
    private var reserved = 0
    private var full = false
    private var lastID = 0

    private var frames: [Frame] = []
    private var containers: [Element] = []
    private var leaves: [(element: Element, depth: Int)] = []
    private var inlines: [Element] = []

    private var openContainers: [Element] = []
    private var openLeaf: Element?
    private var openInlines: [Element] = []

    /// The next character must not continue the open line.
    private var broken = true
    /// The open line holds a character.
    private var started = false
    private var pending = Pending.nothing
    /// The wanted place is the open place and nothing is pending: characters may simply follow.
    private var settled = false

    /// - Parameters:
    ///   - blocks: whether paragraphs, lists and the like are written; else everything is one line.
    ///   - limit: the most bytes of output.
    init(blocks: Bool, limit: Int) {
        self.blocks = blocks
        self.limit = limit
    }

    // MARK: - What is wanted

    /// Whether the wanted place is inside a link.
    var isInLink: Bool { inlines.contains { $0.name == "a" } }

    /// Enters a block that holds blocks. Each `enter…` is matched by one ``leave()``.
    mutating func enter(container name: String, attributes: String = "") {
        separate()
        guard blocks, !full else { return push(.separate) }
        let isList = name == "ul" || name == "ol"
        let isInList = Self.isList(containers.last)
        if name == "li", !isInList { return push(.separate) }
        let implied = isInList && name != "li" ? 1 : 0
        guard containers.count + implied + (isList ? 2 : 1) <= Self.containerLimit else { return push(.separate) }
        if implied == 1 { containers.append(element("li")) }
        containers.append(element(name, attributes))
        push(.container(count: implied + 1))
    }

    /// Enters a block that holds one line.
    mutating func enter(leaf name: String) {
        separate()
        guard blocks, !full, leaves.count < Self.frameLimit else { return push(.separate) }
        leaves.append((element(name), containers.count))
        push(.leaf)
    }

    /// Enters a mark. A mark inside one of the same name changes nothing, except for `span`.
    mutating func enter(inline name: String, attributes: String = "") {
        let isRepeated = name != "span" && inlines.contains { $0.name == name }
        guard !isRepeated, !full, inlines.count < Self.inlineLimit else { return push(.nothing) }
        inlines.append(element(name, attributes))
        push(.inline)
    }

    /// Enters an element that is not written; `separate` says that its text is a line of its own.
    mutating func enterUnwritten(separate isSeparate: Bool) {
        if isSeparate { separate() }
        push(isSeparate ? .separate : .nothing)
    }

    /// Leaves what was entered last.
    mutating func leave() {
        settled = false
        switch frames.popLast() {
        case .container(let count):
            containers.removeLast(min(count, containers.count))
            separate()
        case .leaf:
            leaves.removeLast(min(1, leaves.count))
            separate()
        case .inline: inlines.removeLast(min(1, inlines.count))
        case .separate: separate()
        case .nothing, nil: break
        }
    }

    /// The text before and the text after are different lines.
    mutating func separate() {
        settled = false
        if blocks { broken = true } else if pending == .nothing { pending = .space }
    }

    private mutating func push(_ frame: Frame) {
        settled = false
        frames.append(frame)
    }

    private mutating func element(_ name: String, _ attributes: String = "") -> Element {
        lastID += 1
        return Element(id: lastID, name: name, attributes: attributes)
    }

    private static func isList(_ element: Element?) -> Bool { element?.name == "ul" || element?.name == "ol" }

    // MARK: - Characters

    /// Writes `text`, escaped.
    mutating func text(_ text: String) {
        let verbatim = isPreformatted
        for scalar in text.unicodeScalars {
            if full { return }
            if HTMLText.isSpace(scalar), !verbatim {
                if pending == .nothing { pending = .space }
                settled = false
            } else if HTMLText.isWritable(scalar) {
                write(scalar)
            }
        }
    }

    /// Writes a line break, unless the line has not begun or ends here.
    mutating func lineBreak() {
        if isPreformatted { return write("\n") }
        settled = false
        if case .breaks(let count) = pending {
            pending = .breaks(min(count + 1, Self.breaksInARow))
        } else {
            pending = .breaks(1)
        }
    }

    /// Closes everything and hands over the markup.
    mutating func finish() -> String {
        closeInlines(keeping: 0)
        closeLeaf()
        closeContainers(keeping: 0)
        return String(decoding: output, as: UTF8.self)
    }

    private var isPreformatted: Bool { wantedLeaf?.name == "pre" }

    /// The innermost line that was asked for in the wanted container.
    private var wantedLeaf: Element? {
        guard let last = leaves.last, last.depth == containers.count else { return nil }
        return last.element
    }

    private mutating func write(_ scalar: Unicode.Scalar) {
        if !settled {
            // A browser swallows a line feed that follows `<pre>`.
            if scalar == "\n", isAtStart { return }
            guard settle() else { return }
        }
        guard output.count + reserved + Self.characterCost <= limit else {
            full = true
            return
        }
        HTMLText.append(scalar, to: &output)
    }

    // MARK: - From wanted to open

    private struct Place {
        var containers: [Element]
        var leaf: Element?
        var continues: Bool
    }

    private var place: Place {
        var path = containers
        if Self.isList(path.last), let list = path.last { path.append(Element(id: -list.id, name: "li")) }
        let samePath = path == openContainers
        var leaf = wantedLeaf
        if leaf == nil, blocks, !isLoose(path, samePath) { leaf = Element(id: Self.implicitID, name: "p") }
        return Place(containers: path, leaf: leaf, continues: !broken && samePath && leaf == openLeaf)
    }

    /// Whether text stands directly in its list item: only at its start, before any line or container.
    private func isLoose(_ path: [Element], _ samePath: Bool) -> Bool {
        guard let item = path.last, item.name == "li" else { return false }
        if !openContainers.contains(item) { return true }
        return samePath && openLeaf == nil && !broken
    }

    private var isAtStart: Bool { !started || !place.continues }

    /// Opens and closes elements until the next character stands where it is wanted.
    ///
    /// - Returns: whether there is room for that and for one character.
    private mutating func settle() -> Bool {
        let place = place
        let keptInlines = place.continues ? Self.commonPrefix(openInlines, inlines) : 0
        let keptContainers = Self.commonPrefix(openContainers, place.containers)
        if !place.continues || !started { pending = .nothing }
        var opening = Array(inlines.dropFirst(keptInlines))
        if !place.continues { opening += place.containers.dropFirst(keptContainers) + [place.leaf].compactMap(\.self) }
        let cost = opening.reduce(pending.cost + Self.characterCost) { $0 + $1.cost }
        guard output.count + reserved + cost <= limit else {
            full = true
            return false
        }
        closeInlines(keeping: keptInlines)
        if !place.continues { move(to: place, keeping: keptContainers) }
        flushPending()
        for element in inlines.dropFirst(keptInlines) {
            open(element)
            openInlines.append(element)
        }
        broken = false
        started = true
        settled = true
        return true
    }

    private mutating func move(to place: Place, keeping count: Int) {
        closeLeaf()
        closeContainers(keeping: count)
        for element in place.containers.dropFirst(count) {
            open(element)
            openContainers.append(element)
        }
        if let leaf = place.leaf { open(leaf) }
        openLeaf = place.leaf
    }

    private mutating func flushPending() {
        switch pending {
        case .nothing: break
        case .space: output.append(0x20)
        case .breaks(let count): for _ in 0..<count { output += "<br>".utf8 }
        }
        pending = .nothing
    }

    private static func commonPrefix(_ a: [Element], _ b: [Element]) -> Int {
        zip(a, b).prefix { $0 == $1 }.count
    }

    private mutating func open(_ element: Element) {
        output += element.opening.utf8
        reserved += element.closing.utf8.count
    }

    private mutating func close(_ element: Element) {
        output += element.closing.utf8
        reserved -= element.closing.utf8.count
    }

    private mutating func closeInlines(keeping count: Int) {
        while openInlines.count > count, let element = openInlines.popLast() { close(element) }
    }

    private mutating func closeContainers(keeping count: Int) {
        while openContainers.count > count, let element = openContainers.popLast() { close(element) }
    }

    private mutating func closeLeaf() {
        if let leaf = openLeaf { close(leaf) }
        openLeaf = nil
    }
}
