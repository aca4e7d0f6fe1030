// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Federation
internal import Model
internal import Storage

extension Services {
    /// Moves the follows that earlier `Move`s of accounts on other nodes have left, in small transactions so that no
    /// request waits long.
    public func finishMoves() async throws {
        var last: ID<Account> = ID(0)
        while true {
            let accounts = try await database.read { [last] db in
                try Moves.unfinished(after: last, limit: 100, in: db)
            }
            guard let end = accounts.last else { return }
            last = end
            for account in accounts {
                while try await database.write({ tx in try outbox.moveFollows(of: account, in: tx) }) == Moves.batch {
                    await Task.yield()
                }
            }
        }
    }
}
