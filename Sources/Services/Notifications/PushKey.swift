// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model
internal import Storage

extension Services {
    /// Returns the public VAPID key by which push services identify this node, as base64url of the point; empty when
    /// there is no key.
    public func pushKey() async throws -> String {
        try await database.read { db in try PushServerKeys.current(in: db)?.publicKey ?? "" }
    }
}
