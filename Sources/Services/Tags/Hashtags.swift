// SPDX-License-Identifier: Apache-2.0

internal import Markup

extension Services {
    /// The one spelling under which a hashtag is kept; what is no hashtag stays as it is and is found nowhere.
    public func foldedTag(_ name: String) -> String {
        let plain = name.hasPrefix("#") ? String(name.dropFirst()) : name
        return Hashtag.normalForm(of: plain) ?? plain
    }

    /// Whether text could be a hashtag.
    func isTag(_ name: String) -> Bool { name.utf8.count <= 200 && Hashtag.normalForm(of: name) != nil }
}
