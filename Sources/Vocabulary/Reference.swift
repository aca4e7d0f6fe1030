// SPDX-License-Identifier: Apache-2.0

/// A property value that is either an id or an embedded object.
///
/// The handler of the activity decides whether an embedded object may be believed; see FEP-fe34.
public enum Reference: Sendable, Hashable {
    /// Only an identifier; fetch it to know more.
    case id(IRI)
    /// An embedded object; it may have no id.
    case embedded(Document)

    /// The identifier; for a `Link`, the address in `href`.
    public var id: IRI? {
        switch self {
        case .id(let iri): iri
        case .embedded(let document): document.id ?? document.iri("href")
        }
    }

    /// The embedded object; `nil` when there is only an id.
    public var document: Document? {
        guard case .embedded(let document) = self else { return nil }
        return document
    }

    /// Reads one value; `nil` for anything but an identifier or an object.
    ///
    /// An object with an id and no other member counts as an id: `{"id": "https://…"}` reads as `.id`.
    public init?(_ value: JSON) {
        switch value {
        case .string(let text):
            guard let iri = IRI(text) else { return nil }
            self = .id(iri)
        case .object(let object):
            let document = Document(object)
            if object.count == 1, let id = document.id { self = .id(id) } else { self = .embedded(document) }
        default: return nil
        }
    }
}
