// SPDX-License-Identifier: Apache-2.0

/// The addressees of a document.
public struct Audience: Sendable, Hashable {
    /// The primary addressees.
    public var to: [IRI]
    /// The secondary addressees.
    public var cc: [IRI]
    /// The groups to which the document belongs.
    ///
    /// Spec: FEP-1b12.
    public var audience: [IRI]
    /// The addressees of `bto` and `bcc` together. They must never be forwarded.
    public private(set) var hidden: [IRI]

    /// Makes an audience for an outgoing document.
    public init(to: [IRI] = [], cc: [IRI] = [], audience: [IRI] = []) {
        self.to = to
        self.cc = cc
        self.audience = audience
        hidden = []
    }

    /// Reads the addressing properties; the three spellings of Public become ``IRI/asPublic``.
    public init(of document: Document) {
        to = Self.read("to", of: document)
        cc = Self.read("cc", of: document)
        audience = Self.read("audience", of: document)
        hidden = (Self.read("bto", of: document) + Self.read("bcc", of: document)).withoutRepeats
    }

    /// Whether `to` names Public, so that the document appears in public timelines.
    public var isPublic: Bool { to.contains(.asPublic) }

    /// Whether `cc` or `audience` names Public and `to` does not: everybody may read the document, but public timelines
    /// do not show it.
    public var isUnlisted: Bool { isPublic == false && (cc.contains(.asPublic) || audience.contains(.asPublic)) }

    /// All addressees, each once, with Public and with the addressees of `bto` and `bcc`.
    public var all: [IRI] { (to + cc + audience + hidden).withoutRepeats }

    /// All addressees without Public, each once.
    public var recipients: [IRI] { all.filter { $0 != .asPublic } }

    /// Joins two audiences, for example those of an activity and of its object.
    public func merging(_ other: Audience) -> Audience {
        var merged = Audience(
            to: (to + other.to).withoutRepeats, cc: (cc + other.cc).withoutRepeats,
            audience: (audience + other.audience).withoutRepeats)
        merged.hidden = (hidden + other.hidden).withoutRepeats
        return merged
    }

    /// Whether the text is one of `https://www.w3.org/ns/activitystreams#Public`, `as:Public` and `Public`.
    public static func isPublic(_ text: String) -> Bool {
        text == "as:Public" || text == "Public" || text == IRI.asPublic.string
    }

    private static func read(_ key: String, of document: Document) -> [IRI] {
        let values = document[key]?.oneOrMany ?? []
        return values.compactMap { value in
            if let text = value.string, isPublic(text) { return .asPublic }
            return Document.iri(of: value)
        }.withoutRepeats
    }
}
