// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// The table `media`: uploaded files, which are stored, leased, converted, attached to a post and removed.
///
/// The table is both a queue and a register. A row waits until a worker has converted its file, and it may belong to a
/// post. A row is deleted after its files, so that a crash leaves a row without files and never a file without a row.
public enum Uploads {
    /// The queue of files to convert: three attempts, one minute apart.
    public static let queue = LeasedQueue(
        "media", table: "media", waiting: "state = 'waiting'", completed: .set("state = 'ready'"),
        parked: .set("state = 'failed'"), crashed: "source = NULL, error = 'broken'",
        retry: RetryPolicy(steps: [.minutes(1)], attempts: 3))

    private static let columns: SQL = """
        id, account_id, post_id, position, state, kind, media_type, source, file, preview_file, size, width, height,
        preview_width, preview_height, duration, frame_rate, bitrate, blurhash, focus_x, focus_y, description, error,
        attempts, created_at
        """

    /// Stores an uploaded file that waits for its conversion.
    ///
    /// - Parameter lease: until when this process itself converts it; nil wakes a worker.
    public static func insert(
        _ m: Media, leasedUntil lease: Timestamp?, at now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) {
        let holder = lease == nil ? nil : LeaseHolder.thisProcess.number
        try tx.run(
            """
            INSERT INTO media (id, account_id, position, state, kind, media_type, source, size, preview_file,
                preview_width, preview_height, blurhash, focus_x, focus_y, description, run_at, lease_until,
                lease_holder, attempts, created_at, touched_at)
            VALUES (\(m.id), \(m.owner), 0, 'waiting', \(m.kind), \(m.mediaType), \(m.source), \(m.size),
                \(m.previewFile), \(m.measures.previewWidth), \(m.measures.previewHeight), \(m.blurhash),
                \(m.focus?.x), \(m.focus?.y), \(m.description), \(now), \(lease),
                \(holder), \(lease == nil ? 0 : 1), \(m.createdAt), \(now))
            """)
        if lease == nil { tx.announce(Change.mediaWaits) }
    }

    /// The row with this id; nil when it does not exist or its state is `gone`.
    public static func byID(_ id: ID<Media>, in db: some Queryable) throws(DatabaseError) -> Media? {
        guard let row = try db.row("SELECT \(columns) FROM media WHERE id = \(id) AND state <> 'gone'") else {
            return nil
        }
        return try read(row)
    }

    /// The rows of one owner with these ids, in the order of `ids`. Rows in the state `gone` are left out.
    public static func byIDs(
        _ ids: [ID<Media>], owner: ID<Account>, in db: some Queryable
    ) throws(DatabaseError) -> [Media] {
        let rows = try db.rows(
            """
            SELECT \(columns) FROM media
            WHERE id IN (\(list: ids)) AND account_id = \(owner) AND state <> 'gone'
            """)
        var found: [ID<Media>: Media] = [:]
        for row in rows {
            let media = try read(row)
            found[media.id] = media
        }
        return ids.compactMap { found[$0] }
    }

    // MARK: - Conversion

    /// Leases the files that wait longest.
    public static func lease(_ limit: Int, _ lease: Lease, in tx: Transaction) throws(DatabaseError) -> [Media] {
        var leased: [Media] = []
        for row in try queue.lease(limit, lease, returning: columns, in: tx) { leased.append(try read(row)) }
        return leased.sorted { $0.id < $1.id }
    }

    /// Records a finished conversion: kind, type, file names, measures and blurhash come from `m`. The description and
    /// the focal point are not changed. An uploaded preview and its blurhash are kept, too.
    ///
    /// - Returns: whether the row still waited. If not, no row refers to the new files.
    @discardableResult
    public static func finish(_ m: Media, at now: Timestamp, in tx: Transaction) throws(DatabaseError) -> Bool {
        let facts: SQL = """
            kind = \(m.kind), media_type = \(m.mediaType), source = NULL, file = \(m.file), size = \(m.size),
            width = \(m.measures.width), height = \(m.measures.height), duration = \(m.measures.duration),
            frame_rate = \(m.measures.frameRate), bitrate = \(m.measures.bitrate),
            preview_file = COALESCE(preview_file, \(m.previewFile)),
            preview_width = CASE WHEN preview_file IS NULL THEN \(m.measures.previewWidth) ELSE preview_width END,
            preview_height = CASE WHEN preview_file IS NULL THEN \(m.measures.previewHeight) ELSE preview_height END,
            blurhash = CASE WHEN preview_file IS NULL THEN \(m.blurhash) ELSE blurhash END,
            error = NULL, touched_at = \(now)
            """
        return try queue.complete([QueueKey(m.id)], setting: facts, in: tx) == 1
    }

    /// Records that the file cannot be shown.
    ///
    /// - Parameter code: a stable error code.
    public static func fail(
        _ id: ID<Media>, code: String, at now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) {
        let facts: SQL = "source = NULL, error = \(code), touched_at = \(now)"
        try queue.park(QueueKey(id), setting: facts, by: nil, in: tx)
    }

    /// Schedules the next attempt to convert. Any worker may take it.
    public static func postpone(
        _ id: ID<Media>, until instant: Timestamp, by holder: LeaseHolder = .thisProcess, in tx: Transaction
    ) throws(DatabaseError) {
        try queue.postpone(QueueKey(id), until: instant, by: holder, in: tx)
    }

    // MARK: - Attaching and describing

    /// Attaches an owner's converted media that belong to no post to a stored post, in the order of `ids`.
    ///
    /// - Returns: whether all of them were attached. If not, the caller must roll back.
    public static func attach(
        _ ids: [ID<Media>], to post: ID<Post>, owner: ID<Account>, at now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) -> Bool {
        for (position, id) in ids.enumerated() {
            let count = try tx.changed(
                """
                UPDATE media SET post_id = \(post), position = \(position), touched_at = \(now)
                WHERE id = \(id) AND account_id = \(owner) AND state = 'ready'
                    AND (post_id IS NULL OR post_id = \(post))
                """)
            guard count == 1 else { return false }
        }
        return true
    }

    /// Keeps media that belong to no post from expiring until one day after an instant.
    public static func hold(_ ids: [ID<Media>], until instant: Timestamp, in tx: Transaction) throws(DatabaseError) {
        try tx.run("UPDATE media SET touched_at = \(instant) WHERE id IN (\(list: ids)) AND post_id IS NULL")
    }

    /// Detaches a post's media except those in `kept`. For one day they may be attached to another post.
    public static func release(
        _ post: ID<Post>, keeping kept: [ID<Media>] = [], at now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) {
        let rows = try tx.rows("SELECT id FROM media WHERE post_id = \(post) ORDER BY id")
        for row in rows {
            let id: ID<Media> = try row.id("id")
            if kept.contains(id) { continue }
            try tx.run("UPDATE media SET post_id = NULL, touched_at = \(now) WHERE id = \(id)")
        }
    }

    /// Changes the description and the focal point of an upload. A post that shows it gets the new values when it is
    /// edited, and its earlier version keeps the old ones.
    public static func describe(
        _ id: ID<Media>, description: String, focus: FocalPoint?, at now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) {
        try tx.run(
            """
            UPDATE media SET description = \(description), focus_x = \(focus?.x), focus_y = \(focus?.y),
                \(touched(now))
            WHERE id = \(id)
            """)
    }

    /// Sets an uploaded preview for an upload that belongs to no post.
    ///
    /// - Returns: the file that is unused afterwards: the former preview, or the new one when no such upload exists.
    public static func show(
        _ preview: MediaPreview, for id: ID<Media>, at now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) -> String? {
        // The UPDATE locks the row before it is read, so that a conversion cannot finish between the two.
        let count = try tx.changed(
            """
            UPDATE media SET \(touched(now))
            WHERE id = \(id) AND post_id IS NULL AND state IN ('waiting', 'ready')
            """)
        guard count == 1, let row = try tx.row("SELECT preview_file FROM media WHERE id = \(id)") else {
            return preview.file
        }
        let former = try row.textOrNil("preview_file")
        try tx.run(
            """
            UPDATE media SET preview_file = \(preview.file), preview_width = \(preview.width),
                preview_height = \(preview.height), blurhash = \(preview.blurhash)
            WHERE id = \(id)
            """)
        return former
    }

    /// Discards an upload that belongs to no post: its state becomes `gone`. Its files are removed later, and earlier
    /// versions of posts no longer show it.
    ///
    /// - Returns: whether it existed.
    public static func discard(_ id: ID<Media>, owner: ID<Account>, in tx: Transaction) throws(DatabaseError) -> Bool {
        let count = try tx.changed(
            """
            UPDATE media SET state = 'gone'
            WHERE id = \(id) AND account_id = \(owner) AND post_id IS NULL AND state <> 'gone'
            """)
        guard count == 1 else { return false }
        try tx.run("DELETE FROM post_edit_attachment WHERE media_id = \(id)")
        tx.announce(Change.mediaWaits)
        return true
    }

    // MARK: - Expiry and removal

    /// Discards media that have belonged to no post since an instant. Media that an earlier version of a post shows are
    /// kept.
    ///
    /// - Returns: how many were discarded.
    @discardableResult
    public static func expire(untouchedSince instant: Timestamp, in tx: Transaction) throws(DatabaseError) -> Int {
        try tx.changed(
            """
            UPDATE media SET state = 'gone'
            WHERE post_id IS NULL AND touched_at < \(instant) AND state <> 'gone'
                AND NOT EXISTS (SELECT 1 FROM post_edit_attachment x WHERE x.media_id = media.id)
            """)
    }

    /// Media in the state `gone`, whose files must be removed, at most `limit`.
    public static func gone(limit: Int, in db: some Queryable) throws(DatabaseError) -> [Media] {
        let rows = try db.rows("SELECT \(columns) FROM media WHERE state = 'gone' ORDER BY id LIMIT \(limit)")
        var gone: [Media] = []
        for row in rows { gone.append(try read(row)) }
        return gone
    }

    /// Deletes the rows of media whose files were removed.
    public static func forget(_ ids: [ID<Media>], in tx: Transaction) throws(DatabaseError) {
        for list in ids.inLists() {
            try tx.run("DELETE FROM media WHERE id IN (\(list: list)) AND state = 'gone'")
        }
    }

    /// Sets `touched_at` to `now`, unless it is already later, as for media that are held for a scheduled post.
    private static func touched(_ now: Timestamp) -> SQL {
        "touched_at = CASE WHEN touched_at < \(now) THEN \(now) ELSE touched_at END"
    }

    private static func read(_ row: Row) throws(DatabaseError) -> Media {
        var media = Media(
            id: try row.id("id"), owner: try row.id("account_id"), source: try row.textOrNil("source"),
            createdAt: try row.time("created_at"))
        media.post = try row.idOrNil("post_id")
        media.position = try row.count("position")
        media.state = try row.choice("state")
        media.kind = try row.choice("kind")
        media.mediaType = try row.text("media_type")
        media.file = try row.textOrNil("file")
        media.previewFile = try row.textOrNil("preview_file")
        media.size = try row.count("size")
        media.measures = try AttachmentRow.measures(row)
        media.blurhash = try row.textOrNil("blurhash")
        media.focus = try AttachmentRow.focus(row)
        media.description = try row.text("description")
        media.error = try row.textOrNil("error")
        media.attempts = try row.count("attempts")
        return media
    }
}
