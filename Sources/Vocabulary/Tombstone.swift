// SPDX-License-Identifier: Apache-2.0

internal import CivilDates

/// The document that replaces a deleted object.
///
/// Spec: ActivityPub §6.4.
public enum Tombstone {
    /// The tombstone that is served with status 410 and sent inside a `Delete`.
    ///
    /// - Parameter deleted: milliseconds since 1970 UTC.
    public static func document(id: IRI, formerType: String? = nil, deleted: Int64? = nil) -> JSON {
        .object(droppingNil: [
            ("@context", Contexts.activity),
            ("id", JSON(id)),
            ("type", "Tombstone"),
            ("formerType", formerType.map(JSON.string)),
            ("deleted", deleted.map { .string(Dates.iso($0)) }),
        ])
    }
}
