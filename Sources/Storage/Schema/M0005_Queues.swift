// SPDX-License-Identifier: Apache-2.0

internal import Database

extension Schema {
    /// Received activities (`received`), sent activities (`activity`) and their deliveries (`delivery`).
    static let queues = Migration(5, "queues") {
        """
        CREATE TABLE received (
            id \(.key),
            activity_iri TEXT NOT NULL UNIQUE,
            activity_type TEXT NOT NULL,
            signer_id \(.integer) NOT NULL REFERENCES account (id),
            key_id TEXT NOT NULL,
            body TEXT NOT NULL,
            received_at \(.integer) NOT NULL,
            run_at \(.integer) NOT NULL,
            lease_until \(.integer),
            attempts \(.integer) NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('waiting', 'done', 'parked')),
            outcome TEXT NOT NULL
        )\(.strict)
        """
        "CREATE INDEX received_waiting ON received (run_at, id) WHERE state = 'waiting'"
        "CREATE INDEX received_done ON received (received_at) WHERE state <> 'waiting'"
        """
        CREATE TABLE seen_signature (
            digest \(.bytes) PRIMARY KEY,
            expires_at \(.integer) NOT NULL
        )\(.strict)
        """
        "CREATE INDEX seen_signature_expiry ON seen_signature (expires_at)"
        """
        CREATE TABLE activity (
            id \(.key),
            iri TEXT NOT NULL UNIQUE,
            actor_id \(.integer) NOT NULL REFERENCES account (id),
            type TEXT NOT NULL,
            object_iri TEXT,
            body TEXT NOT NULL,
            is_public \(.boolean) NOT NULL,
            created_at \(.integer) NOT NULL
        )\(.strict)
        """
        "CREATE INDEX activity_outbox ON activity (actor_id, id) WHERE is_public"
        "CREATE INDEX activity_object ON activity (object_iri, id)"
        """
        CREATE TABLE delivery (
            id \(.key),
            activity_id \(.integer) NOT NULL REFERENCES activity (id),
            actor_id \(.integer) NOT NULL,
            inbox TEXT NOT NULL,
            host TEXT NOT NULL,
            order_key TEXT NOT NULL,
            run_at \(.integer) NOT NULL,
            lease_until \(.integer),
            attempts \(.integer) NOT NULL,
            created_at \(.integer) NOT NULL,
            UNIQUE (activity_id, inbox)
        )\(.strict)
        """
        "CREATE INDEX delivery_due ON delivery (run_at, id)"
        "CREATE INDEX delivery_host ON delivery (host, run_at)"
        "CREATE INDEX delivery_order ON delivery (inbox, order_key, id)"
        """
        CREATE TABLE abandoned_delivery (
            id \(.key),
            activity_id \(.integer) NOT NULL REFERENCES activity (id),
            inbox TEXT NOT NULL,
            reason TEXT NOT NULL,
            abandoned_at \(.integer) NOT NULL
        )\(.strict)
        """
    }
}
