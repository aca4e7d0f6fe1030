// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model
internal import Storage
internal import Vocabulary

/// Who is to get an activity.
enum Recipient: Sendable {
    /// One account, in its own inbox: what is said to somebody is never put into a shared one.
    case account(Account)
    /// Everybody who follows, one POST a host where it offers a shared inbox.
    case followers(of: ID<Account>)
    /// Everybody who has a seat, or waits for one.
    case guests(of: ID<Event>)
}

/// From an audience to inboxes: each one once, shared inboxes standing for their hosts.
enum DeliveryTargets {
    static func inboxes(for recipients: [Recipient], in tx: Transaction) throws(DatabaseError) -> [IRI] {
        var inboxes: [IRI] = []
        var known: Set<IRI> = []
        func add(_ inbox: IRI) {
            if known.insert(inbox).inserted { inboxes.append(inbox) }
        }
        for recipient in recipients {
            guard case .followers(let account) = recipient else { continue }
            for inbox in try OutboxQueue.followerInboxes(of: account, in: tx) { add(inbox) }
        }
        for recipient in recipients {
            switch recipient {
            case .followers: continue
            case .account(let account):
                guard !account.isLocal, account.isActive, let inbox = account.inbox else { continue }
                // A shared inbox that gets it anyway reaches this account too.
                if let shared = account.sharedInbox, known.contains(shared) { continue }
                add(inbox)
            case .guests(let event):
                for account in try GuestLists.accounts(event, states: [.going, .waiting, .asked], in: tx) {
                    guard !account.isLocal, account.isActive else { continue }
                    if let inbox = account.sharedInbox ?? account.inbox { add(inbox) }
                }
            }
        }
        return inboxes
    }
}
