// SPDX-License-Identifier: Apache-2.0

import Database
internal import HTTPSupport
internal import Hummingbird
internal import Model
internal import Storage

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
        maybe(cursor) { pager("\(path)?before=\(String($0))\(extra)", t(.older)) }
    }

    /// Returns a link to a neighbouring page.
    func pager(_ address: String, _ label: String) -> HTML {
        "<p class=\"pager\"><a class=\"button quiet\" href=\"\(address)\">\(label)</a></p>"
    }
}
