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

    /// The language of the text: the first valid tag among the languages of `content`, of `name`, `language` and
    /// `inLanguage`.
    ///
    /// - Returns: a tag of 2 to 35 letters, digits and hyphens; `nil` for `und` and for anything else.
    public var language: String? {
        let candidates = [
            language(of: "content"), language(of: "name"), self["language"]?["identifier"]?.string,
            self["language"]?.string, string("inLanguage"),
        ]
        return candidates.lazy.compactMap { $0 }.first(where: LanguageText.isTag)
    }

    /// The language of the text that ``string(_:)`` returns: the one under which the same text stands in the map, or
    /// else the first one.
    private func language(of key: String) -> String? {
        let texts = LanguageText.all(in: self[key + "Map"]) + LanguageText.all(in: self[key])
        let tagged = texts.filter { $0.language.map(LanguageText.isTag) ?? false }
        let shown = string(key)
        return (tagged.first { $0.text == shown } ?? tagged.first)?.language
    }

    /// The names of the properties whose identifier is on another origin than `id`.
    func properties(outside id: IRI, among named: [(String, IRI?)]) -> [String] {
        named.compactMap { name, iri in
            guard let iri, iri.isSameOrigin(as: id) == false else { return nil }
            return name
        }
    }
}
