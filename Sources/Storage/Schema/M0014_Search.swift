// SPDX-License-Identifier: Apache-2.0

internal import Database

extension Schema {
    /// The search index: the folded words of posts, events and accounts, and the names of hashtags in byte order.
    ///
    /// Words are folded before they are stored, so that both engines only compare. Rows from before this migration are
    /// indexed in the background, from the newest to the oldest.
    static let search = Migration(14, "search") { engine in
        switch engine {
        case .sqlite:
            wordTables
            """
            CREATE TRIGGER entry_words_end AFTER DELETE ON entry WHEN NOT old.is_boost BEGIN
                DELETE FROM entry_words WHERE rowid = old.id;
            END
            """
            """
            CREATE TRIGGER account_words_end AFTER DELETE ON account BEGIN
                DELETE FROM account_words WHERE rowid = old.id;
            END
            """
        case .postgres:
            """
            CREATE TABLE entry_words (
                rowid \(.key) REFERENCES entry (id) ON DELETE CASCADE,
                words tsvector NOT NULL
            )
            """
            "CREATE INDEX entry_words_words ON entry_words USING gin (words)"
            """
            CREATE TABLE account_words (
                rowid \(.key) REFERENCES account (id) ON DELETE CASCADE,
                words tsvector NOT NULL
            )
            """
            "CREATE INDEX account_words_words ON account_words USING gin (words)"
        }
        """
        CREATE TABLE tag (
            name TEXT NOT NULL \(.byteOrder) PRIMARY KEY
        )\(.strict)
        """
        "INSERT INTO tag (name) SELECT DISTINCT h.tag FROM hashtag h"
        """
        INSERT INTO setting (key, value)
        SELECT 'search.entries', CAST(coalesce(max(e.id), 0) + 1 AS TEXT) FROM entry e
        """
        """
        INSERT INTO setting (key, value)
        SELECT 'search.accounts', CAST(coalesce(max(a.id), 0) + 1 AS TEXT) FROM account a
        """
    }

    /// The prefix index of accounts covers 2 and 3 characters, because people search for accounts while they type.
    private static let wordTables: [SQL] = [
        "CREATE VIRTUAL TABLE entry_words USING fts5 (words, tokenize = \"unicode61 remove_diacritics 0\")",
        """
        CREATE VIRTUAL TABLE account_words USING fts5 (
            words, tokenize = "unicode61 remove_diacritics 0", prefix = '2 3')
        """,
    ]
}
