// SPDX-License-Identifier: Apache-2.0

import CLibXML2

/// The callbacks of a walk over a parsed document, in document order.
protocol XMLVisitor {
    /// Called at the start of an element.
    ///
    /// - Returns: whether to visit its children. `leave` is called only for elements that were entered.
    mutating func enter(_ name: String, attributes: [String: String]) -> Bool
    mutating func leave()
    mutating func text(_ text: String)
}

/// A document parsed by libxml2's HTML parser. No C pointer leaves this file.
///
/// The parser follows HTML 4, but browsers follow HTML 5. So the tree is used only as a source of names and text:
/// ``AllowList`` and ``HTMLWriter`` decide what is written. libxml2 itself stops at 256 levels and drops what follows.
struct XMLTree: ~Copyable {
    /// The attributes that the allow-list reads; others are not copied.
    private static let readAttributes: Set<String> = [
        "href", "class", "start", "reversed", "value", "src", "alt", "width", "height",
    ]
    private static let attributesPerElement = 32
    private static let attributeBytes = 4096
    /// The maximum number of visited nodes. It is more than 64 KiB of input can produce, so it is only a second
    /// protection behind the limit on bytes.
    private static let nodeLimit = 40_000

    /// The global tables of libxml2, initialised once before any thread needs them.
    private static let prepared: Void = xmlInitParser()

    private let document: htmlDocPtr?

    /// Parses a document.
    ///
    /// - Parameter html: at most ``Sanitizer/inputLimitBytes`` bytes; the caller cuts it.
    init(html: String) {
        Self.prepared
        guard let context = htmlNewParserCtxt() else {
            document = nil
            return
        }
        defer { htmlFreeParserCtxt(context) }
        // By default the parser drops some white space between elements as insignificant. It is needed here because it
        // can separate two words.
        context.pointee.sax?.pointee.ignorableWhitespace = xmlSAX2Characters
        let options =
            HTML_PARSE_RECOVER.rawValue | HTML_PARSE_NOERROR.rawValue | HTML_PARSE_NOWARNING.rawValue
            | HTML_PARSE_NONET.rawValue | HTML_PARSE_IGNORE_ENC.rawValue
        var html = html
        document = html.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { chars in
                htmlCtxtReadMemory(
                    context, chars.baseAddress, Int32(clamping: chars.count), nil, "UTF-8", Int32(options))
            }
        }
    }

    deinit {
        if let document { xmlFreeDoc(document) }
    }

    /// Calls `visitor` for every element and text, without recursion.
    func walk(_ visitor: inout some XMLVisitor) {
        guard let document, var node = xmlDocGetRootElement(document) else { return }
        var depth = 0
        var visited = 0
        while visited < Self.nodeLimit {
            visited += 1
            if Self.visit(node, &visitor) {
                if let child = node.pointee.children {
                    node = child
                    depth += 1
                    continue
                }
                visitor.leave()
            }
            while node.pointee.next == nil {
                guard depth > 0, let parent = node.pointee.parent else { return }
                node = parent
                depth -= 1
                visitor.leave()
            }
            guard let next = node.pointee.next else { return }
            node = next
        }
        for _ in 0..<depth { visitor.leave() }
    }

    /// Visits one node.
    ///
    /// - Returns: whether `node` is an element that the visitor entered.
    private static func visit(_ node: xmlNodePtr, _ visitor: inout some XMLVisitor) -> Bool {
        switch node.pointee.type {
        case XML_TEXT_NODE:
            if let content = node.pointee.content { visitor.text(String(cString: content)) }
            return false
        case XML_ELEMENT_NODE:
            guard let name = node.pointee.name else { return false }
            return visitor.enter(asciiLowercased(String(cString: name)), attributes: attributes(of: node))
        default:
            return false
        }
    }

    private static func attributes(of node: xmlNodePtr) -> [String: String] {
        var result: [String: String] = [:]
        var next = node.pointee.properties
        var seen = 0
        while let attribute = next, seen < attributesPerElement {
            seen += 1
            next = attribute.pointee.next
            guard let name = attribute.pointee.name else { continue }
            let key = asciiLowercased(String(cString: name))
            guard readAttributes.contains(key), result[key] == nil else { continue }
            let value = attribute.pointee.children?.pointee.content.map { String(cString: $0) } ?? ""
            if value.utf8.count <= attributeBytes { result[key] = value }
        }
        return result
    }
}

/// Converts A to Z to lower case, because names in HTML fold only these letters.
func asciiLowercased(_ text: String) -> String {
    guard text.utf8.contains(where: { $0 >= 0x41 && $0 <= 0x5A }) else { return text }
    return String(decoding: text.utf8.map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 }, as: UTF8.self)
}
