// SPDX-License-Identifier: Apache-2.0

internal import Vocabulary

/// Finds the link of a page to its ActivityPub document: in the `Link` header or in a `<link>` element.
///
/// Spec: RFC 8288 §3; HTML §4.6.6.1. A page is only believed about its own origin. HTML is read by a scanner that knows
/// tags and attributes only.
enum AlternateLink {
    /// How many bytes of a page are read. The links stand in its head.
    private static let limitBytes = 262_144
    private static let tagLimit = 2_000

    /// The address of the document; nil when there is none on the origin of the page.
    static func address(in response: OutboundResponse) -> IRI? {
        let page = response.finalIRI
        let headers = response.headers.values(of: "link").prefix(20).lazy.compactMap { inHeader($0, of: page) }
        let found = headers.first ?? inPage(response, of: page)
        return found.flatMap { $0.isSameOrigin(as: page) ? $0.withoutFragment : nil }
    }

    private static func inHeader(_ header: String, of page: IRI) -> IRI? {
        guard header.utf8.count <= 8_192 else { return nil }
        for item in header.split(separator: "<").prefix(50) {
            guard let end = item.firstIndex(of: ">") else { continue }
            let parameters = item[item.index(after: end)...].split(separator: ";").map { part in
                part.filter { !$0.isWhitespace && $0 != "\"" && $0 != "," }.lowercased()
            }
            guard parameters.contains("rel=alternate"), let type = parameters.first(where: { $0.hasPrefix("type=") }),
                isDocument(String(type.dropFirst(5)))
            else { continue }
            if let address = absolute(String(item[..<end]), of: page) { return address }
        }
        return nil
    }

    private static func inPage(_ response: OutboundResponse, of page: IRI) -> IRI? {
        let type = MediaType(response.headers["content-type"] ?? "").name
        guard type == "text/html" || type == "application/xhtml+xml" else { return nil }
        let text = String(decoding: response.body.prefix(limitBytes), as: UTF8.self)
        for piece in text.split(separator: "<").prefix(tagLimit) where piece.prefix(5).lowercased() == "link " {
            let attributes = attributes(of: piece.prefix { $0 != ">" })
            let relations = (attributes["rel"] ?? "").lowercased().split(whereSeparator: \.isWhitespace)
            guard relations.contains("alternate"), isDocument(attributes["type"] ?? ""),
                let address = attributes["href"].flatMap({ absolute($0, of: page) })
            else { continue }
            return address
        }
        return nil
    }

    private static func isDocument(_ type: String) -> Bool {
        ActivityMediaType.matches(type) || ActivityMediaType.isLinkedDataWithoutProfile(type)
    }

    /// The attributes of a tag, the first of each name.
    private static func attributes(of tag: Substring) -> [String: String] {
        var found: [String: String] = [:]
        var rest = tag.drop { !$0.isWhitespace }
        while found.count < 20 {
            rest = rest.drop { $0.isWhitespace || $0 == "/" }
            let name = rest.prefix { !$0.isWhitespace && $0 != "=" && $0 != "/" }
            guard !name.isEmpty else { break }
            rest = rest.dropFirst(name.count).drop(while: \.isWhitespace)
            var value: Substring = ""
            if rest.first == "=" {
                rest = rest.dropFirst().drop(while: \.isWhitespace)
                if let quote = rest.first, quote == "\"" || quote == "'" {
                    value = rest.dropFirst().prefix { $0 != quote }
                    rest = rest.dropFirst(value.count + 2)
                } else {
                    value = rest.prefix { !$0.isWhitespace }
                    rest = rest.dropFirst(value.count)
                }
            }
            let key = name.lowercased()
            if found[key] == nil { found[key] = String(value.replacing("&amp;", with: "&")) }
        }
        return found
    }

    /// The whole address of a reference in the page: an address, or a path of the same origin.
    private static func absolute(_ reference: String, of page: IRI) -> IRI? {
        if reference.hasPrefix("/"), !reference.hasPrefix("//") { return IRI(page.origin + reference) }
        return IRI(reference)
    }
}
