// SPDX-License-Identifier: Apache-2.0

/// A property value that may be an id or the thing itself.
///
/// Whether an embedded thing may be believed is for the reader of the activity to decide; see FEP-fe34.
public enum Reference: Sendable, Hashable {
    /// Only named: fetch it to know more.
    case id(IRI)
    /// Embedded; it may have no id.
    case embedded(Document)

    /// The identifier: of a `Link` where it points.
    public var id: IRI? {
        switch self {
        case .id(let iri): iri
        case .embedded(let document): document.id ?? document.iri("href")
        }
    }

    /// The thing, when it is embedded.
    public var document: Document? {
        guard case .embedded(let document) = self else { return nil }
        return document
    }

    /// Reads one value; `nil` for anything but an identifier or an object.
    ///
    /// An object that has nothing but an id is a name: `{"id": "https://…"}` reads as `.id`.
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
