// SPDX-License-Identifier: Apache-2.0

/// Whom a document is addressed to.
public struct Audience: Sendable, Hashable {
    /// Primary addressees.
    public var to: [IRI]
    /// Secondary addressees.
    public var cc: [IRI]
    /// The communities to which the document belongs.
    ///
    /// Spec: FEP-1b12.
    public var audience: [IRI]
    /// `bto` and `bcc` together, which must never be passed on.
    public private(set) var hidden: [IRI]

    /// An audience that we make.
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

    /// Whether `to` names Public: shown everywhere.
    public var isPublic: Bool { to.contains(.asPublic) }

    /// Whether `cc` or `audience` names Public and `to` does not: readable by all, listed nowhere.
    public var isUnlisted: Bool { isPublic == false && (cc.contains(.asPublic) || audience.contains(.asPublic)) }

    /// Every address, Public and the hidden ones included, each once.
    public var all: [IRI] { (to + cc + audience + hidden).withoutRepeats }

    /// Every address but Public, each once.
    public var recipients: [IRI] { all.filter { $0 != .asPublic } }

    /// Both audiences as one, for an activity and the object inside.
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
