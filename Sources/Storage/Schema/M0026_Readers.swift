// SPDX-License-Identifier: Apache-2.0

internal import Database

extension Schema {
    /// Who may learn that a post existed that not everybody could read (`tombstone.readers`), and the host of a
    /// delivery that was given up.
    ///
    /// Of a post that was deleted before, nobody knows any more who could read it. Unless its `Delete` is still stored
    /// and was public, nobody is told that it existed.
    static let readers = Migration(26, "readers") { engine in
        "ALTER TABLE tombstone ADD COLUMN readers TEXT"
        """
        UPDATE tombstone SET readers = '' WHERE former_type = 'Note'
            AND EXISTS (SELECT 1 FROM account a WHERE a.iri = tombstone.actor_iri AND a.host = '')
            AND NOT EXISTS (SELECT 1 FROM activity s
                            WHERE s.object_iri = tombstone.iri AND s.type = 'Delete' AND s.is_public)
        """
        "ALTER TABLE abandoned_delivery ADD COLUMN host TEXT NOT NULL DEFAULT ''"
        switch engine {
        case .sqlite:
            """
            UPDATE abandoned_delivery SET host = substr(substr(inbox, instr(inbox, '://') + 3), 1,
                instr(substr(inbox, instr(inbox, '://') + 3) || '/', '/') - 1)
            """
        case .postgres:
            "UPDATE abandoned_delivery SET host = split_part(inbox, '/', 3)"
        }
        "CREATE INDEX abandoned_delivery_host ON abandoned_delivery (host, abandoned_at)"
    }
}
