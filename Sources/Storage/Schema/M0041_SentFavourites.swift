// SPDX-License-Identifier: Apache-2.0

internal import Database

extension Schema {
    /// The `Like` of the favourite of an event, which an `Undo` names; the emoji with which people of other nodes favourite;
    /// the custom emoji in the texts of events; and the `Flag` with which a report was sent to another node.
    static let sentFavourites = Migration(41, "sent_favourites") { _ in
        "ALTER TABLE event_like ADD COLUMN activity_iri TEXT"
        "ALTER TABLE event_like ADD COLUMN emoji TEXT"
        "ALTER TABLE event ADD COLUMN emojis TEXT NOT NULL DEFAULT ''"
        "ALTER TABLE post_like ADD COLUMN emoji TEXT"
        "CREATE INDEX event_like_activity ON event_like (activity_iri) WHERE activity_iri IS NOT NULL"
        "ALTER TABLE report ADD COLUMN flag_id \(.integer)"
        "ALTER TABLE report ADD COLUMN handover TEXT NOT NULL DEFAULT ''"
        "CREATE INDEX report_handover ON report (flag_id) WHERE handover = 'queued'"
    }
}
