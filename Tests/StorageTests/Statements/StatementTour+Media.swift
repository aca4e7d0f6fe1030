// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage

extension StatementTour {
    func media(_ s: Stage, _ tx: Transaction) throws {
        let (first, second) = (ID<Media>(1), ID<Media>(2))
        for (id, lease) in [(first, nil), (second, s.now)] as [(ID<Media>, Timestamp?)] {
            let media = Media(id: id, owner: s.ada.id, source: "source", createdAt: s.now)
            try Uploads.insert(media, leasedUntil: lease, at: s.now, in: tx)
        }
        _ = try Uploads.byID(first, in: tx)
        _ = try Uploads.byIDs([first, second], owner: s.ada.id, in: tx)
        _ = try Uploads.lease(2, Lease(now: s.now, until: s.now + .minutes(1)), in: tx)
        try Uploads.postpone(first, until: s.now, in: tx)
        let preview = MediaPreview(file: "small.png", width: 5, height: 4, blurhash: "00TSUA")
        _ = try Uploads.show(preview, for: first, at: s.now, in: tx)
        for var media in try Uploads.byIDs([first], owner: s.ada.id, in: tx) {
            media.file = "file.jpg"
            _ = try Uploads.finish(media, at: s.now, in: tx)
        }
        try Uploads.fail(second, code: "broken", at: s.now, in: tx)
        _ = try Uploads.attach([first], to: s.post.id, owner: s.ada.id, at: s.now, in: tx)
        try Uploads.describe(first, description: "tea", focus: FocalPoint(x: 0, y: 1), at: s.now, in: tx)
        try Uploads.hold([second], until: s.now, in: tx)
        try Uploads.release(s.post.id, keeping: [second], at: s.now, in: tx)
        _ = try Uploads.discard(second, owner: s.ada.id, in: tx)
        _ = try Uploads.expire(untouchedSince: s.now + .days(1), in: tx)
        let gone = try Uploads.gone(limit: 5, in: tx)
        try Uploads.forget(gone.map(\.id), in: tx)
        try emoji(s, tx)
    }

    private func emoji(_ s: Stage, _ tx: Transaction) throws {
        let cup = [CustomEmoji(shortcode: "cup", url: s.address)].compactMap { $0 }
        try CustomEmojis.remember(cup, of: "far.example", at: s.now, in: tx)
        guard let stored = try CustomEmojis.find("cup", of: "far.example", in: tx) else { return }
        try CustomEmojis.touch(stored, at: s.now, in: tx)
        try CustomEmojis.fail(stored, at: s.now, in: tx)
        _ = CustomEmojis.needsTouch(stored, at: s.now)
        _ = try CustomEmojis.keep("file.png", of: stored, in: tx)
        try CustomEmojis.forget(try CustomEmojis.outdated(at: s.now + .days(500), limit: 5, in: tx), in: tx)
        _ = try Posts.byURL(s.address, in: tx)
        _ = try Events.byURL(s.address, in: tx)
    }
}
