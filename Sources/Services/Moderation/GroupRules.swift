// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model
internal import Storage

extension Services {
    /// Checks that an account may reply to a post: the discussion is open, and its group has not banned the account.
    ///
    /// - Throws: `conflict("discussion_locked")`, `conflict("banned_from_group")`.
    func requireOpen(_ parent: Post, for author: Account, in tx: Transaction) throws {
        if try ThreadLocks.exists(parent.thread, in: tx) { throw ServiceError.conflict("discussion_locked") }
        if let group = parent.group { try requireWelcome(author, in: group, in: tx) }
    }

    /// Checks that a group has not banned an account. The posts would be refused by the servers of its followers.
    ///
    /// - Throws: `conflict("banned_from_group")`.
    func requireWelcome(_ author: Account, in group: ID<Account>, in tx: Transaction) throws {
        if try GroupBans.holds(author.id, in: group, at: now(), in: tx) {
            throw ServiceError.conflict("banned_from_group")
        }
    }
}
