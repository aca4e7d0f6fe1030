// SPDX-License-Identifier: Apache-2.0

/// A writer that produces canonical HTML for any nesting of calls.
///
/// Callers enter and leave elements in any order. The writer keeps the *wanted* elements (three stacks: containers,
/// lines, inline elements) separate from the *open* elements, and opens an element only when a character is written in
/// it. So the output always follows a grammar that HTML 4 and HTML 5 parsers read in the same way:
///
/// - the root and `blockquote` contain containers and lines; their own text is put into a `p`;
/// - `ul` and `ol` contain only `li`; `li` contains inline elements first, then containers and lines;
/// - a line contains text, `br` and inline elements; inline elements contain inline elements of other names (a `span`
///   may also contain a `span`);
/// - no element is empty, white space is collapsed outside `pre`, and no `br` starts or ends a line.
///
/// Therefore sanitising the output again does not change it: reading it makes the same calls again.
struct HTMLWriter {
    /// A wanted element; `id` distinguishes elements of the same name.
    struct Element: Hashable {
        let id: Int
        let name: String
        var attributes = ""

        var opening: String { "<\(name)\(attributes)>" }
        var closing: String { "</\(name)>" }
        /// The number of bytes of both tags.
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
    /// The maximum length of an escaped character in bytes.
    private static let characterCost = 6
    /// The id of a paragraph that the writer adds itself.
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

    /// Whether the next character must start a new line.
    private var broken = true
    /// Whether the open line contains a character.
    private var started = false
    private var pending = Pending.nothing
    /// Whether the wanted elements are the open elements and nothing is pending, so that characters can be appended
    /// directly.
    private var settled = false

    /// Makes a writer.
    ///
    /// - Parameters:
    ///   - blocks: whether paragraphs, lists and other blocks are written; otherwise everything is one line.
    ///   - limit: the maximum number of bytes of output.
    init(blocks: Bool, limit: Int) {
        self.blocks = blocks
        self.limit = limit
    }

    // MARK: - Wanted elements

    /// Whether the wanted position is inside a link.
    var isInLink: Bool { inlines.contains { $0.name == "a" } }

    /// Enters a block that contains blocks. Each `enter…` needs one matching ``leave()``.
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

    /// Enters a block that contains one line.
    mutating func enter(leaf name: String) {
        separate()
        guard blocks, !full, leaves.count < Self.frameLimit else { return push(.separate) }
        leaves.append((element(name), containers.count))
        push(.leaf)
    }

    /// Enters an inline element. Inside an element of the same name it has no effect, except for `span`.
    mutating func enter(inline name: String, attributes: String = "") {
        let isRepeated = name != "span" && inlines.contains { $0.name == name }
        guard !isRepeated, !full, inlines.count < Self.inlineLimit else { return push(.nothing) }
        inlines.append(element(name, attributes))
        push(.inline)
    }

    /// Enters an element that is not written. With `separate`, its text becomes a line of its own.
    mutating func enterUnwritten(separate isSeparate: Bool) {
        if isSeparate { separate() }
        push(isSeparate ? .separate : .nothing)
    }

    /// Leaves the element that was entered last.
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

    /// Puts the text before and the text after on different lines.
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

    /// Writes `text` with escapes.
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

    /// Writes a line break, unless it would be at the start or the end of a line.
    mutating func lineBreak() {
        if isPreformatted { return write("\n") }
        settled = false
        if case .breaks(let count) = pending {
            pending = .breaks(min(count + 1, Self.breaksInARow))
        } else {
            pending = .breaks(1)
        }
    }

    /// Closes all elements and returns the HTML.
    mutating func finish() -> String {
        closeInlines(keeping: 0)
        closeLeaf()
        closeContainers(keeping: 0)
        return String(decoding: output, as: UTF8.self)
    }

    private var isPreformatted: Bool { wantedLeaf?.name == "pre" }

    /// The innermost wanted line in the wanted container.
    private var wantedLeaf: Element? {
        guard let last = leaves.last, last.depth == containers.count else { return nil }
        return last.element
    }

    private mutating func write(_ scalar: Unicode.Scalar) {
        if !settled {
            // A browser ignores a line feed directly after `<pre>`.
            if scalar == "\n", isAtStart { return }
            guard settle() else { return }
        }
        guard output.count + reserved + Self.characterCost <= limit else {
            full = true
            return
        }
        HTMLText.append(scalar, to: &output)
    }

    // MARK: - Opening the wanted elements

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

    /// Whether text is written directly into its list item. This is only so at the start of the item, before any line
    /// or container.
    private func isLoose(_ path: [Element], _ samePath: Bool) -> Bool {
        guard let item = path.last, item.name == "li" else { return false }
        if !openContainers.contains(item) { return true }
        return samePath && openLeaf == nil && !broken
    }

    private var isAtStart: Bool { !started || !place.continues }

    /// Opens and closes elements until the next character can be written in its wanted position.
    ///
    /// - Returns: whether the limit leaves room for these tags and one character.
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
