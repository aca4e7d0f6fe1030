// SPDX-License-Identifier: Apache-2.0

internal import Model
internal import Vocabulary

/// May this actor say this about that object? What the text alone can tell; what needs a row, the handlers ask.
///
/// Spec: FEP-fe34 (origin-based security).
enum Authority {
    /// Claims that no honest peer makes, refused at the authenticator with a status of their own.
    static func checkClaims(
        _ activity: ActivityDocument, identifiers: LocalIdentifiers
    ) throws(InboxRejection) {
        if let id = activity.id {
            guard !identifiers.isLocal(id) else { throw .localIdentifier }
            guard id.isSameOrigin(as: activity.actor) else { throw .wrongOrigin }
        }
        guard activity.type == "Create" || activity.type == "Update" else { return }
        guard let object = activity.object?.document, let id = object.id else { return }
        guard !identifiers.isLocal(id) else { throw .localIdentifier }
        guard id.isSameOrigin(as: activity.actor) else { throw .wrongOrigin }
        let owners = object.iris("attributedTo")
        // A person may write in the name of a group of the same host (Mobilizon does); never across hosts.
        guard owners.allSatisfy({ $0.isSameOrigin(as: activity.actor) }) else { throw .attributedToMismatch }
    }

    /// Whether `actor` may change or delete an object with this id that this owner made.
    static func mayChange(_ object: IRI, ownedBy owner: IRI, as actor: IRI) -> Bool {
        owner == actor || (object.isSameOrigin(as: actor) && owner.isSameOrigin(as: actor))
    }
}
