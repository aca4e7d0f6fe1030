// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
public import Vocabulary

/// Which events a list shows.
public enum EventScope: Sendable, Hashable {
    /// All events that concern the community: local ones, those of owners whom a local account follows, and those that
    /// are shared by local groups or by groups that a local account follows.
    case community
    /// The events that an account owns or shares.
    case of(ID<Account>)
    /// The events on a group's page: its own and those of the groups that it follows.
    case shown(by: ID<Account>)
}

/// The table `event`: local and remote events.
public enum Events {
    /// Stores an event. When its `iri` is known, nothing changes.
    ///
    /// - Returns: whether it is new.
    @discardableResult
    public static func insert(_ e: Event, in tx: Transaction) throws(DatabaseError) -> Bool {
        let inserted = try tx.changed("INSERT INTO event \(row: columns(of: e)) ON CONFLICT (iri) DO NOTHING")
        guard inserted == 1 else { return false }
        try TimelineItems.put(e, in: tx)
        try ItemSearchIndex.replace(e, in: tx)
        tx.announce(ID<TimelineItem>(e.id.rawValue), writtenAt: e.publishedAt)
        return true
    }

    /// Replaces the content of an event. Its id, IRI, UUID and `is_local` stay.
    ///
    /// When the capacity changes, the caller also calls `GuestLists.resize`, in the same transaction and after
    /// ``lock(_:in:)``.
    public static func update(_ e: Event, in tx: Transaction) throws(DatabaseError) {
        try tx.run("UPDATE event SET \(set: changeableColumns(of: e)) WHERE id = \(e.id)")
        try TimelineItems.put(e, in: tx)
        try ItemSearchIndex.replace(e, in: tx)
        tx.announce(StreamEvent.edited(ID(e.id.rawValue)))
    }

    /// All columns of an event.
    static func columns(of e: Event) -> [ColumnValue] {
        let fixed: [ColumnValue] = [
            ColumnValue("id", e.id), ColumnValue("iri", e.iri), ColumnValue("uuid", e.uuid),
            ColumnValue("is_local", e.isLocal),
        ]
        return fixed + changeableColumns(of: e)
    }

    /// The columns that an edit may change.
    static func changeableColumns(of e: Event) -> [ColumnValue] {
        [
            ColumnValue("owner_id", e.owner), ColumnValue("organizer_id", e.organizer), ColumnValue("title", e.title),
            ColumnValue("content_html", e.content), ColumnValue("source", e.source),
            ColumnValue("starts_at", e.startsAt), ColumnValue("ends_at", e.endsAt),
            ColumnValue("time_zone", e.timeZone), ColumnValue("place_name", e.place?.name),
            ColumnValue("place_street", e.place?.street), ColumnValue("place_locality", e.place?.locality),
            ColumnValue("place_postal_code", e.place?.postalCode), ColumnValue("place_country", e.place?.country),
            ColumnValue("latitude", e.place?.coordinates?.latitude),
            ColumnValue("longitude", e.place?.coordinates?.longitude), ColumnValue("online_url", e.onlineURL),
            ColumnValue("capacity", e.capacity), ColumnValue("join_mode", e.joinMode),
            ColumnValue("external_url", e.externalURL), ColumnValue("status", e.status),
            ColumnValue("previous_start", e.previousStart), ColumnValue("visibility", e.visibility),
            ColumnValue("remote_going", e.remoteGoing), ColumnValue("url", e.url), ColumnValue("language", e.language),
            ColumnValue("sequence", e.sequence), ColumnValue("published_at", e.publishedAt),
            ColumnValue("updated_at", e.updatedAt), ColumnValue("hides_end", !e.showsEnd),
            ColumnValue("is_all_day", e.isAllDay), ColumnValue("place_region", e.place?.region),
            ColumnValue("category", e.category),
            ColumnValue("hashtags", e.hashtags.isEmpty ? nil : e.hashtags.joined(separator: " ")),
            ColumnValue("picture_url", e.picture?.url), ColumnValue("picture_type", e.picture?.mediaType),
            ColumnValue("picture_text", e.picture?.description), ColumnValue("is_online", e.isOnline),
            ColumnValue("emojis", ShortcodeList.text(e.emojis)),
        ]
    }

    /// Stores the address of a remote event's online meeting, which its owner told one of our guests.
    ///
    /// - Returns: whether it changed.
    @discardableResult
    public static func setOnlineURL(
        _ url: IRI, of id: ID<Event>, in tx: Transaction
    ) throws(DatabaseError) -> Bool {
        try tx.changed(
            """
            UPDATE event SET online_url = \(url), is_online = \(true)
            WHERE id = \(id) AND NOT is_local AND (online_url IS NULL OR online_url <> \(url))
            """) == 1
    }

    /// Deletes an event with its guest list and shares. Posts about it stay as plain discussions: their `event_id`
    /// becomes NULL.
    ///
    /// - Returns: whether it existed.
    @discardableResult
    public static func delete(_ id: ID<Event>, in tx: Transaction) throws(DatabaseError) -> Bool {
        try StreamDeletions.removing(id, in: tx)
        try tx.run("UPDATE post SET event_id = NULL WHERE event_id = \(id)")
        return try tx.changed("DELETE FROM event WHERE id = \(id)") == 1
    }

    /// The event with this id.
    public static func byID(_ id: ID<Event>, in db: some Queryable) throws(DatabaseError) -> Event? {
        try first("SELECT \(EventRow.columns) FROM event v WHERE v.id = \(id)", in: db)
    }

    /// The event with this IRI.
    public static func byIRI(_ iri: IRI, in db: some Queryable) throws(DatabaseError) -> Event? {
        try first("SELECT \(EventRow.columns) FROM event v WHERE v.iri = \(iri)", in: db)
    }

    /// The remote event whose web page has this address. When several events state the same page, the oldest one counts.
    public static func byURL(_ url: IRI, in db: some Queryable) throws(DatabaseError) -> Event? {
        try first(
            "SELECT \(EventRow.columns) FROM event v WHERE v.url = \(url) AND NOT v.is_local ORDER BY v.id LIMIT 1",
            in: db)
    }

    /// Public events that have not ended, by their start. Cancelled events are listed until their end time.
    ///
    /// - Parameters:
    ///   - scope: which events.
    ///   - after: start and id of the last event of the previous page.
    ///   - viewer: nil for a stranger.
    public static func upcoming(
        from now: Timestamp, scope: EventScope, limit: Int, after: (Timestamp, ID<Event>)?, viewer: ID<Account>?,
        mode: FederationMode, in db: some Queryable
    ) throws(DatabaseError) -> [ID<Event>] {
        let (start, id) = after ?? (Timestamp(.min), .first)
        return try PostRow.ids(
            """
            SELECT v.id AS id FROM \(Conditions.reader(viewer)) CROSS JOIN event v JOIN account a ON a.id = v.owner_id
            WHERE v.ends_at > \(now) AND (v.starts_at, v.id) > (\(start), \(id)) AND \(isShown(scope, mode))
            ORDER BY v.starts_at, v.id LIMIT \(limit)
            """, in: db)
    }

    /// The number of public events of an account that have not ended.
    public static func upcomingCount(
        from now: Timestamp, of account: ID<Account>, in db: some Queryable
    ) throws(DatabaseError) -> Int {
        try db.row(
            """
            SELECT count(*) AS n
            FROM \(Conditions.reader(nil)) CROSS JOIN event v JOIN account a ON a.id = v.owner_id
            WHERE v.ends_at > \(now) AND \(isShown(.of(account), .open))
            """)?.count("n") ?? 0
    }

    /// Public events that have ended, latest start first.
    ///
    /// - Parameters:
    ///   - scope: which events.
    ///   - after: start and id of the last event of the previous page.
    ///   - viewer: nil for a stranger.
    public static func past(
        before now: Timestamp, scope: EventScope, limit: Int, after: (Timestamp, ID<Event>)?, viewer: ID<Account>?,
        mode: FederationMode, in db: some Queryable
    ) throws(DatabaseError) -> [ID<Event>] {
        let (start, id) = after ?? (Timestamp(.max), .last)
        return try PostRow.ids(
            """
            SELECT v.id AS id FROM \(Conditions.reader(viewer)) CROSS JOIN event v JOIN account a ON a.id = v.owner_id
            WHERE v.ends_at <= \(now) AND (v.starts_at, v.id) < (\(start), \(id)) AND \(isShown(scope, mode))
            ORDER BY v.starts_at DESC, v.id DESC LIMIT \(limit)
            """, in: db)
    }

    /// The events that begin within a period and are not cancelled, earliest first.
    public static func beginning(
        from start: Timestamp, to end: Timestamp, in db: some Queryable
    ) throws(DatabaseError) -> [Event] {
        let rows = try db.rows(
            """
            SELECT \(EventRow.columns) FROM event v
            WHERE v.starts_at > \(start) AND v.starts_at <= \(end) AND v.status IN ('scheduled', 'rescheduled')
            ORDER BY v.starts_at, v.id
            """)
        var events: [Event] = []
        for row in rows { events.append(try EventRow.read(row)) }
        return events
    }

    /// The viewer's relation to an event: all facts that `EventPolicy` needs.
    public static func relation(
        of viewer: ID<Account>, to event: Event, in db: some Queryable
    ) throws(DatabaseError) -> EventRelation {
        let row = try db.row(
            """
            SELECT \(Conditions.follows(viewer, "v.owner_id")) AS follows,
                \(Conditions.isInvited("\(viewer)")) AS is_invited,
                (\(Conditions.noBlock(between: viewer, and: "v.owner_id"))) AS is_free
            FROM event v WHERE v.id = \(event.id)
            """)
        guard let row else { return .stranger }
        return EventRelation(
            isOwner: event.owner == viewer, isOrganizer: event.organizer == viewer,
            followsOwner: try row.bool("follows"), isInvited: try row.bool("is_invited"),
            isBlocked: try !row.bool("is_free"))
    }

    /// Locks the event's row until the transaction ends, so that transactions that change its seats run one after the
    /// other.
    ///
    /// - Returns: whether the event exists.
    @discardableResult
    public static func lock(_ id: ID<Event>, in tx: Transaction) throws(DatabaseError) -> Bool {
        try tx.changed("UPDATE event SET sequence = sequence WHERE id = \(id)") == 1
    }

    private static func isShown(_ scope: EventScope, _ mode: FederationMode) -> SQL {
        let belonging: SQL =
            switch scope {
            case .community: concernsUs(mode)
            case .of(let account): belongs(to: account)
            case .shown(let group): "(\(belongs(to: group)) OR \(belongsToFollowed(by: group)))"
            }
        return """
            v.visibility = 'public' AND \(Conditions.mayReadEvent) AND \(Conditions.isListed("a.host", mode))
            AND \(belonging)
            """
    }

    private static func belongsToFollowed(by group: ID<Account>) -> SQL {
        """
        EXISTS (
            SELECT 1 FROM follow f JOIN account t ON t.id = f.target_id
            WHERE f.follower_id = \(group) AND f.state = 'accepted' AND t.kind = 'group'
              AND t.suspended_at IS NULL AND t.deleted_at IS NULL
              AND (v.owner_id = t.id OR EXISTS (
                  SELECT 1 FROM event_share s WHERE s.event_id = v.id AND s.account_id = t.id \(.rowByRow))))
        """
    }

    private static func belongs(to owner: ID<Account>) -> SQL {
        """
        (v.owner_id = \(owner) OR EXISTS (
            SELECT 1 FROM event_share s WHERE s.event_id = v.id AND s.account_id = \(owner) \(.rowByRow)))
        """
    }

    private static func concernsUs(_ mode: FederationMode) -> SQL {
        """
        (v.is_local
         OR EXISTS (SELECT 1 FROM follow f JOIN account l ON l.id = f.follower_id
                    WHERE f.target_id = v.owner_id AND f.state = 'accepted' AND l.host = '' \(.rowByRow))
         OR EXISTS (SELECT 1 FROM event_share s JOIN account g ON g.id = s.account_id
                    WHERE s.event_id = v.id AND \(Conditions.isListedGroup(mode)) AND (g.host = '' OR EXISTS (
                        SELECT 1 FROM follow f JOIN account l ON l.id = f.follower_id
                        WHERE f.target_id = g.id AND f.state = 'accepted' AND l.host = '' \(.rowByRow)))
                    \(.rowByRow)))
        """
    }

    private static func first(_ sql: SQL, in db: some Queryable) throws(DatabaseError) -> Event? {
        guard let row = try db.row(sql) else { return nil }
        return try EventRow.read(row)
    }
}
