// SPDX-License-Identifier: Apache-2.0

/// The place of an event.
public struct PlaceDocument: Sendable, Hashable {
    /// The identifier, when the place has one.
    public let id: IRI?
    /// The name, plain text.
    public let name: String?
    /// Street and number, or the whole address when the document has it as one text.
    public let street: String?
    /// The town or city.
    public let locality: String?
    /// The postal code.
    public let postalCode: String?
    /// The region.
    public let region: String?
    /// The country, as written.
    public let country: String?
    /// The latitude in degrees, -90 … 90; present only together with ``longitude``.
    public let latitude: Double?
    /// The longitude in degrees, -180 … 180; present only together with ``latitude``.
    public let longitude: Double?

    /// Reads a `Place`, or an object without type that has a name or an address.
    ///
    /// - Returns: `nil` for a virtual location, and when the document has no name, no address and no coordinates.
    public init?(_ document: Document) {
        guard document.types.contains("VirtualLocation") == false else { return nil }
        let address = document.types.contains("PostalAddress") ? document : document.document("address")
        id = document.id
        name = document.nonEmptyString("name")
        let isVirtual = address?.types.contains("VirtualLocation") ?? false
        street = address?.nonEmptyString("streetAddress") ?? document.nonEmptyString("address")
        locality = address?.nonEmptyString("addressLocality")
        postalCode = address?.nonEmptyString("postalCode")
        region = address?.nonEmptyString("addressRegion")
        country =
            address?.nonEmptyString("addressCountry") ?? address?.document("addressCountry")?.nonEmptyString("name")
        let point = Self.point(document) ?? document.document("geo").flatMap(Self.point)
        latitude = point?.0
        longitude = point?.1
        guard isVirtual == false, name ?? street ?? locality ?? postalCode ?? country != nil || point != nil else {
            return nil
        }
    }

    private init(name: String) {
        id = nil
        self.name = name
        street = nil
        locality = nil
        postalCode = nil
        region = nil
        country = nil
        latitude = nil
        longitude = nil
    }

    private static func point(_ document: Document) -> (Double, Double)? {
        guard let latitude = document.double("latitude"), let longitude = document.double("longitude"),
            (-90...90).contains(latitude), (-180...180).contains(longitude)
        else { return nil }
        return (latitude, longitude)
    }

    /// The first physical place in `location`, which may be an object, a list or a text.
    static func first(of event: Document) -> PlaceDocument? {
        for value in event["location"]?.oneOrMany ?? [] {
            if let text = value.string, text.isEmpty == false, IRI(text) == nil { return PlaceDocument(name: text) }
            if let place = Document(value).flatMap({ PlaceDocument($0) }) { return place }
        }
        return nil
    }
}
