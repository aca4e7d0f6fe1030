// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model
internal import Storage

extension Services {
    /// The public key by which push services know this node: base64url of the point, empty while there is none.
    public func pushKey() async throws -> String {
        try await database.read { db in try PushServerKeys.current(in: db)?.publicKey ?? "" }
    }
}
