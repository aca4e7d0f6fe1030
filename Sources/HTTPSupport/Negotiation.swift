// SPDX-License-Identifier: Apache-2.0

public import HTTPTypes
internal import Hummingbird
internal import TextEncoding

/// Content negotiation at URLs that serve both a document for programs and a page for people.
///
/// Spec: ActivityPub §3.2; RFC 9110 §12.5.1.
public enum Negotiation {
    /// Whether the client prefers the document to the page.
    ///
    /// The higher quality wins; of two equal ones the first. Wildcards and a missing header mean the page, because
    /// browsers and link previews send them.
    ///
    /// - Parameter accept: the whole `Accept` header.
    public static func prefersDocument(_ accept: String?) -> Bool {
        guard let accept, accept.utf8.count <= 4_096 else { return false }
        if let known = usual[accept] { return known }
        var document: Double = 0
        var page: Double = 0
        for range in ranges(of: accept) {
            if isDocument(range.type), range.quality > max(document, page) { document = range.quality }
            if isPage(range.type), range.quality > max(document, page) { page = range.quality }
        }
        return document > page
    }

    /// Whether the client accepts the document or the page. A missing header accepts everything.
    ///
    /// Spec: RFC 9110 §12.5.1.
    static func acceptsAny(_ accept: String?) -> Bool {
        guard let accept, !accept.isEmpty, accept.utf8.count <= 4_096, usual[accept] == nil else { return true }
        let ranges = ranges(of: accept).filter { !$0.type.isEmpty }
        return ranges.isEmpty
            || ranges.contains { range in
                range.quality > 0
                    && (isDocument(range.type) || isPage(range.type)
                        || ["*/*", "*", "text/*", "application/*"].contains { $0 == range.type })
            }
    }

    /// Whether the client accepts HTML pages.
    public static func acceptsPage(_ accept: String?) -> Bool {
        guard let accept, accept.utf8.count <= 4_096 else { return false }
        return ranges(of: accept).contains { isPage($0.type) && $0.quality > 0 }
    }

    /// Merges the routes of documents and pages. Where both have the same method and pattern, `Accept` decides, and the
    /// response has `Vary: Accept`. Where only one exists, it responds to every request.
    public static func merge(documents: [Route], pages: [Route]) -> [Route] {
        var documents = documents
        var merged: [Route] = []
        for page in pages {
            let twin = documents.firstIndex { $0.method == page.method && shape($0.path) == shape(page.path) }
            guard let twin else {
                merged.append(page)
                continue
            }
            merged.append(either(documents.remove(at: twin), or: page))
        }
        return documents + merged
    }

    /// The exact `Accept` headers of nearly all peers, so that a cached document is not delayed by parsing.
    private static let usual: [String: Bool] = [
        "application/activity+json": true, "*/*": false,
        "application/activity+json, application/ld+json": true,
        "application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"": true,
        "application/activity+json, application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"": true,
    ]

    private static func either(_ document: Route, or page: Route) -> Route {
        // Each handler reads its parameters by the names in its own pattern, so the names in both patterns must agree.
        var route = Route(document.method, document.path, kind: .negotiated) { request, context in
            guard acceptsAny(request.headers[.accept]) else { throw RequestError.notAcceptable }
            let wantsDocument = context.wantsDocument ?? prefersDocument(request.headers[.accept])
            var response = try await (wantsDocument ? document : page).handler(request, context)
            Vary.add("Accept", to: &response.headers)
            return response
        }
        route.ready = document.ready
        return route
    }

    /// The pattern with both notations of a parameter normalized to one.
    private static func shape(_ path: String) -> String {
        path.split(separator: "/", omittingEmptySubsequences: false)
            .map { $0.first == ":" ? "{\($0.dropFirst())}" : String($0) }
            .joined(separator: "/")
    }

    private static func isDocument(_ type: Substring) -> Bool {
        ["application/activity+json", "application/ld+json", "application/json", "application/jrd+json"]
            .contains { $0 == type }
    }

    private static func isPage(_ type: Substring) -> Bool {
        type == "text/html" || type == "application/xhtml+xml"
    }

    private static func ranges(of accept: String) -> [(type: Substring, quality: Double)] {
        var isQuoted = false
        let items = accept.lowercased().split { character in
            if character == "\"" { isQuoted.toggle() }
            return character == "," && !isQuoted
        }
        return items.prefix(50).map { item in
            let parts = item.split(separator: ";").map { $0.trimmingSpaces }
            let quality = parts.dropFirst().last { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) }
            return (parts.first ?? "", min(max(quality ?? 1, 0), 1))
        }
    }
}

/// The `Vary` header.
public enum Vary {
    /// Adds a header name, unless it is already listed.
    public static func add(_ name: String, to headers: inout HTTPFields) {
        guard let present = headers[.vary] else {
            headers[.vary] = name
            return
        }
        let names = present.utf8.split(separator: UInt8(ascii: ","))
        guard !names.contains(where: { isName(name, $0) }) else { return }
        headers[.vary] = "\(present), \(name)"
    }

    /// Compares two names. Case and surrounding spaces do not matter.
    private static func isName(_ name: String, _ part: Substring.UTF8View) -> Bool {
        let part = Substring(part).trimmingSpaces.utf8
        return part.count == name.utf8.count && zip(part, name.utf8).allSatisfy { $0 | 0x20 == $1 | 0x20 }
    }
}
