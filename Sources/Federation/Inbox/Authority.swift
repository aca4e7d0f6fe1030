// SPDX-License-Identifier: Apache-2.0

internal import Model
internal import Vocabulary

/// Checks whether an actor may do something to an object. These checks need only the text of the activity. Checks that
/// need the database are in the handlers.
///
/// Spec: FEP-fe34 (origin-based security).
enum Authority {
    /// Rejects claims that no correct server makes. The authenticator gives each of them its own HTTP status.
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
        // A person may write for a group of the same host (Mobilizon does), but never for an actor of another host.
        guard owners.allSatisfy({ $0.isSameOrigin(as: activity.actor) }) else { throw .attributedToMismatch }
    }

    /// Whether `actor` may change or delete an object with this id and this owner.
    static func mayChange(_ object: IRI, ownedBy owner: IRI, as actor: IRI) -> Bool {
        owner == actor || (object.isSameOrigin(as: actor) && owner.isSameOrigin(as: actor))
    }
}
