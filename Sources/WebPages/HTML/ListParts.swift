// SPDX-License-Identifier: Apache-2.0

import Database
internal import HTTPSupport
internal import Hummingbird
internal import Model
internal import Storage
internal import TextEncoding

extension Visit {
    /// Returns the text and the link for an empty list.
    func empty(
        _ title: Phrase, _ invitation: Phrase, _ picture: HTML, link: (path: String, label: Phrase)? = nil
    ) -> HTML {
        """
        <div class="empty">\(picture)<p><strong>\(t(title))</strong></p><p>\(t(invitation))</p>
        \(maybe(link) { "<p><a class=\"button quiet\" href=\"\($0.path)\">\(t($0.label))</a></p>" })</div>
        """
    }

    /// Returns the link to the next page of a list.
    func older(_ cursor: Int64?, extra: String = "") -> HTML {
        let start = path + (extra.isEmpty ? "" : "?\(extra.dropFirst())")
        return """
            \(maybe(cursor) { pager("\(path)?before=\(String($0))\(extra)", t(.older)) })\
            \(when(query["before"] != nil, pager(start, t(.backToStart))))
            """
    }

    /// Returns a link to a neighbouring page.
    func pager(_ address: String, _ label: String) -> HTML {
        "<p class=\"pager\"><a class=\"button quiet\" href=\"\(address)\">\(label)</a></p>"
    }

    /// Returns the link to the next page of a list that is one of several on a page, or that is no timeline.
    ///
    /// - Parameters:
    ///   - name: the parameter of the query that says where the list begins.
    ///   - mark: where the next page begins; nil when there is none.
    ///   - section: the id of the section of the list.
    ///   - page: the path of the page with the rest of the list; nil for the page that is shown.
    func rest(
        _ name: String, after mark: String?, section: String, extra: String = "", on page: String? = nil
    ) -> HTML {
        maybe(mark) { pager("\(page ?? path)?\(name)=\($0.percentEncoded)\(extra)#\(section)", t(.restOfList)) }
    }

    /// Where a list begins, as ``rest(_:after:section:extra:)`` wrote it into the address.
    func mark(_ name: String) -> AccountMark? { query[name].flatMap(AccountMark.init) }
}

/// The items of one page of a list. The list was read with one item more than the page has, to know whether it goes on.
struct ListPart<Item: Sendable>: Sendable {
    /// The most items of a page.
    static var size: Int { 50 }

    var items: [Item] = []
    /// The last item when there are more.
    var last: Item?

    init() {}

    /// - Parameter read: reads at most the given number of items.
    init(_ read: (_ limit: Int) throws -> [Item]) rethrows {
        let found = try read(Self.size + 1)
        items = Array(found.prefix(Self.size))
        last = found.count > Self.size ? items.last : nil
    }
}
