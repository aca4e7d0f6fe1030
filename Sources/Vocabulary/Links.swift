// SPDX-License-Identifier: Apache-2.0

extension Document {
    /// The web page under `key`: the first plain IRI or HTML link of a list, otherwise the first link of any kind.
    public func pageLink(_ key: String) -> IRI? {
        let values = self[key]?.oneOrMany ?? []
        for value in values {
            if case .object(let object) = value {
                guard let kind = (object["mediaType"] ?? object["mimeType"])?.string else { continue }
                guard kind.hasPrefix("text/html") else { continue }
            }
            if let iri = Document.iri(of: value) { return iri }
        }
        return iri(key)
    }

    /// The address of a picture under `key`: a plain IRI, a `Link`, or an `Image` with `url` or `href`. Of a list, the
    /// first value with an address counts.
    public func imageURL(_ key: String) -> IRI? {
        for value in self[key]?.oneOrMany ?? [] {
            guard let document = Document(value) else {
                if let iri = Document.iri(of: value) { return iri }
                continue
            }
            if let iri = document.iri("url") ?? document.iri("href") { return iri }
        }
        return nil
    }

    /// The language of the text: the first valid tag among the first key of `contentMap`, the first key of `nameMap`,
    /// `language` and `inLanguage`.
    ///
    /// - Returns: a tag of 2 to 35 letters, digits and hyphens; `nil` for `und` and for anything else.
    public var language: String? {
        let candidates = [
            self["contentMap"]?.object?.first?.key, self["nameMap"]?.object?.first?.key,
            self["language"]?["identifier"]?.string, self["language"]?.string, string("inLanguage"),
        ]
        return candidates.lazy.compactMap { $0 }.first(where: Self.isLanguage)
    }

    private static func isLanguage(_ text: String) -> Bool {
        (2...35).contains(text.utf8.count) && text != "und"
            && text.utf8.allSatisfy { ($0 | 0x20) &- 0x61 < 26 || $0 &- 0x30 < 10 || $0 == 0x2D }
    }

    /// The names of the properties whose identifier is on another origin than `id`.
    func properties(outside id: IRI, among named: [(String, IRI?)]) -> [String] {
        named.compactMap { name, iri in
            guard let iri, iri.isSameOrigin(as: id) == false else { return nil }
            return name
        }
    }
}
