// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage

extension StatementTour {
    func streams(_ s: Stage, _ tx: Transaction) throws {
        for item in [ID<TimelineItem>(s.post.id.rawValue), ID<TimelineItem>(s.event.id.rawValue)] {
            _ = try StreamAudience.load(
                item, listeners: [s.ada.id, s.vic.id], lists: [ID(1)], mode: .open, in: tx)
        }
        _ = try StreamAudience.followers(of: s.ada.id, among: [s.vic.id], in: tx)
        _ = try StreamAudience.living([ID(1)], in: tx)
        _ = try PublicPages.oldest(in: tx)
        for mode in FederationMode.allCases {
            _ = try PublicPages.list(from: s.now, to: s.now + .days(1), limit: 5, mode: mode, at: s.now, in: tx)
        }
        tx.announce(StreamEvent.filtersChanged(s.ada.id))
    }
}
