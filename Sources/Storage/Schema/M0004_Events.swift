// SPDX-License-Identifier: Apache-2.0

internal import Database

extension Schema {
    /// Events (`event`) and their guest lists (`guest`).
    static let events = Migration(4, "events") {
        """
        CREATE TABLE event (
            id \(.key),
            iri TEXT NOT NULL UNIQUE,
            owner_id \(.integer) NOT NULL REFERENCES account (id),
            organizer_id \(.integer) REFERENCES account (id),
            uuid TEXT NOT NULL,
            title TEXT NOT NULL,
            content_html TEXT NOT NULL,
            source TEXT,
            starts_at \(.integer) NOT NULL,
            ends_at \(.integer) NOT NULL,
            time_zone TEXT NOT NULL,
            place_name TEXT,
            place_street TEXT,
            place_locality TEXT,
            place_postal_code TEXT,
            place_country TEXT,
            latitude \(.real),
            longitude \(.real),
            online_url TEXT,
            capacity \(.integer) CHECK (capacity > 0),
            join_mode TEXT NOT NULL CHECK (join_mode IN ('free', 'restricted', 'external', 'invite')),
            external_url TEXT,
            status TEXT NOT NULL
                CHECK (status IN ('scheduled', 'rescheduled', 'postponed', 'cancelled', 'tentative')),
            previous_start \(.integer),
            visibility TEXT NOT NULL CHECK (visibility IN ('public', 'unlisted', 'followers', 'direct')),
            remote_going \(.integer),
            url TEXT,
            language TEXT,
            sequence \(.integer) NOT NULL,
            published_at \(.integer) NOT NULL,
            updated_at \(.integer) NOT NULL,
            is_local \(.boolean) NOT NULL
        )\(.strict)
        """
        "CREATE INDEX event_start ON event (starts_at, id)"
        "CREATE INDEX event_end ON event (ends_at, id)"
        "CREATE INDEX event_owner ON event (owner_id, starts_at)"
        """
        CREATE TABLE guest (
            event_id \(.integer) NOT NULL REFERENCES event (id) ON DELETE CASCADE,
            account_id \(.integer) NOT NULL REFERENCES account (id),
            state TEXT NOT NULL CHECK (state IN ('asked', 'going', 'waiting', 'cancelled', 'declined')),
            join_iri TEXT NOT NULL,
            rank \(.integer) NOT NULL,
            asked_at \(.integer) NOT NULL,
            PRIMARY KEY (event_id, account_id)
        )\(.strict)
        """
        "CREATE INDEX guest_account ON guest (account_id, event_id)"
        "CREATE INDEX guest_rank ON guest (event_id, state, rank)"
        "CREATE INDEX guest_join ON guest (join_iri)"
        """
        CREATE TABLE event_share (
            event_id \(.integer) NOT NULL REFERENCES event (id) ON DELETE CASCADE,
            account_id \(.integer) NOT NULL REFERENCES account (id),
            activity_iri TEXT NOT NULL,
            created_at \(.integer) NOT NULL,
            PRIMARY KEY (event_id, account_id)
        )\(.strict)
        """
        "CREATE INDEX event_share_account ON event_share (account_id, event_id)"
        "CREATE INDEX event_share_activity ON event_share (activity_iri)"
    }
}
