// SPDX-License-Identifier: Apache-2.0

internal import Database

extension Schema {
    /// The software of other servers (`peer.software`, as their NodeInfo says) and the family that their activities
    /// show, by which documents are rendered for them.
    static let peerSoftware = Migration(29, "peer_software") { _ in
        "ALTER TABLE peer ADD COLUMN software TEXT"
        "ALTER TABLE peer ADD COLUMN software_asked_at \(.integer) NOT NULL DEFAULT 0"
        "ALTER TABLE peer ADD COLUMN seen_family TEXT"
    }
}
