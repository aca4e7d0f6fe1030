// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model

/// The columns of an attachment, for reading and writing.
enum AttachmentRow {
    /// The columns in the order of the table.
    static let columns: SQL = """
        url, media_type, description, media_id, kind, preview_url, blurhash, width, height, preview_width,
        preview_height, duration, frame_rate, bitrate, focus_x, focus_y
        """

    /// Reads the attachment from a row with ``columns``.
    static func read(_ row: Row) throws(DatabaseError) -> Attachment {
        var attachment = Attachment(
            url: try row.iri("url"), mediaType: try row.text("media_type"), description: try row.text("description"))
        // In rows that are older than the column, `kind` is NULL, and the kind follows from the media type.
        if let rawValue = try row.textOrNil("kind"), let kind = MediaKind(rawValue: rawValue) { attachment.kind = kind }
        attachment.media = try row.idOrNil("media_id")
        attachment.previewURL = try row.iriOrNil("preview_url")
        attachment.blurhash = try row.textOrNil("blurhash")
        attachment.focus = try focus(row)
        attachment.measures = try measures(row)
        return attachment
    }

    /// Stores the attachments of a post that has none, in their order. One statement for each hundred.
    static func insert(_ attachments: [Attachment], of post: ID<Post>, in tx: Transaction) throws(DatabaseError) {
        var rest = attachments.enumerated().map { position, attachment in values(attachment, position, post) }[...]
        while !rest.isEmpty {
            try tx.run(
                """
                INSERT INTO attachment (post_id, position, \(columns))
                VALUES \(SQL.joined(Array(rest.prefix(100)).paddedToPowerOfTwo, separator: ", "))
                ON CONFLICT (post_id, position) DO NOTHING
                """)
            rest = rest.dropFirst(100)
        }
    }

    private static func values(_ a: Attachment, _ position: Int, _ post: ID<Post>) -> SQL {
        """
        (\(post), \(position), \(a.url), \(a.mediaType), \(a.description), \(a.media), \(a.kind), \(a.previewURL),
         \(a.blurhash), \(a.measures.width), \(a.measures.height), \(a.measures.previewWidth),
         \(a.measures.previewHeight), \(a.measures.duration), \(a.measures.frameRate), \(a.measures.bitrate),
         \(a.focus?.x), \(a.focus?.y))
        """
    }

    /// Reads the measures from a row that has their columns.
    static func measures(_ row: Row) throws(DatabaseError) -> MediaMeasures {
        var measures = MediaMeasures()
        measures.width = try row.countOrNil("width")
        measures.height = try row.countOrNil("height")
        measures.previewWidth = try row.countOrNil("preview_width")
        measures.previewHeight = try row.countOrNil("preview_height")
        measures.duration = try row.doubleOrNil("duration")
        measures.frameRate = try row.textOrNil("frame_rate")
        measures.bitrate = try row.countOrNil("bitrate")
        return measures
    }

    /// Reads the focal point from a row that has its columns.
    static func focus(_ row: Row) throws(DatabaseError) -> FocalPoint? {
        guard let x = try row.doubleOrNil("focus_x"), let y = try row.doubleOrNil("focus_y") else { return nil }
        return FocalPoint(x: x, y: y)
    }
}
