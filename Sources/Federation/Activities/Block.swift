// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model
internal import Storage
internal import Vocabulary

/// `Block`: neither hears the other any more. Spec: ActivityPub §6.9.
enum BlockHandler: ActivityHandler {
    static let types = ["Block"]

    static func gather(_ activity: ActivityDocument, from actor: Account, in world: Federation) async throws -> IRI {
        guard let object = activity.object?.id else { throw NothingToApply.ignored(.malformed) }
        return object
    }

    static func apply(_ object: IRI, _ said: Said, in tx: Transaction) throws -> InboxOutcome {
        guard let target = try Accounts.byIRI(object, in: tx), target.isLocal else { return .ignored(.notForUs) }
        let isNew = try Blocks.add(by: said.actor.id, target: target.id, activity: said.id, at: said.now, in: tx)
        _ = try Follows.remove(by: said.actor.id, of: target.id, in: tx)
        _ = try Follows.remove(by: target.id, of: said.actor.id, in: tx)
        return isNew ? .applied : .duplicate
    }
}
