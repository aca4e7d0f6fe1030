// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
internal import Storage

// Who may do what. All authorization rules of this node are in this file, in two parts:
//
// 1. What a role allows. These rules are pure, so pages use them too, to decide which buttons they show.
// 2. Who acts, and what belongs to them. This is read in the transaction of the command.
//
// Before a command changes anything, it calls `actor`, `member`, `requireModerator`, `requireSteward`, `requireRunning`
// or one of the functions for a resource (`readablePost`, `ownPost` …). `AuthorizationTable.swift` in the tests lists
// every command with what each role may do. A command that is missing there fails a test.

// MARK: - What a role allows

extension Role {
    /// Whether the role may approve sign-ups, decide about reports and remote hosts, suspend accounts, delete local
    /// posts of others, create groups, and run all groups.
    public var mayModerate: Bool { self >= .moderator }

    /// Whether the role may publish announcements to all members and change roles.
    public var mayRunCommunity: Bool { self >= .steward }

    /// Whether the role may suspend a member with another role: only when that role has less power.
    public func mayModerate(_ other: Role) -> Bool { mayModerate && other < self }
}

/// How much a principal may do on this node. The operator has more power than every role.
enum Power: Comparable, Sendable {
    case role(Role)
    case `operator`

    var mayModerate: Bool { self >= .role(.moderator) }
    var mayRunCommunity: Bool { self >= .role(.steward) }

    func mayModerate(_ other: Role) -> Bool {
        switch self {
        case .role(let role): role.mayModerate(other)
        case .operator: true
        }
    }
}

// MARK: - Who acts

/// A principal that the transaction has looked up and that may act.
struct Acting: Sendable {
    /// The account for which it acts; nil for the operator.
    let account: Account?
    /// Its power on this node. A principal that acts for a group has the power of a member.
    let power: Power
}

extension Services {
    /// Looks up the principal.
    ///
    /// - Throws: `notAllowed` for an account that may not act (suspended, deleted, remote, not approved yet), and for a
    ///   group that the person does not run.
    func acting(_ principal: Principal, in db: some Queryable) throws -> Acting {
        switch principal {
        case .operator: return Acting(account: nil, power: .operator)
        case .member(let id):
            let local = try activeMember(id, in: db)
            return Acting(account: local.account, power: .role(local.role))
        case .group(let id, let person):
            let person = try activeMember(person, in: db)
            let group = try activeGroup(id, in: db)
            guard try runs(group.id, person.account.id, .role(person.role), in: db) else {
                throw ServiceError.notAllowed
            }
            return Acting(account: group, power: .role(.member))
        case .onBehalf(let id):
            if let local = try LocalAccounts.byID(id, in: db) {
                return try acting(.member(local.account.id), in: db)
            }
            return Acting(account: try activeGroup(id, in: db), power: .role(.member))
        }
    }

    /// Returns the account for which a command is carried out, a person's or a group's.
    ///
    /// - Throws: `notAllowed` for the operator, who has no account.
    func actor(_ principal: Principal, in db: some Queryable) throws -> Account {
        guard let account = try acting(principal, in: db).account else { throw ServiceError.notAllowed }
        return account
    }

    /// Returns the person who acts in their own name, for commands that a group cannot carry out.
    func member(_ principal: Principal, in db: some Queryable) throws -> LocalAccount {
        switch principal {
        case .member(let id), .onBehalf(let id): return try activeMember(id, in: db)
        case .group, .operator: throw ServiceError.notAllowed
        }
    }

    /// Requires the operator or a person who may moderate.
    @discardableResult
    func requireModerator(_ principal: Principal, in db: some Queryable) throws -> Acting {
        let acting = try acting(principal, in: db)
        guard acting.power.mayModerate else { throw ServiceError.notAllowed }
        return acting
    }

    /// Requires the operator or a steward.
    @discardableResult
    func requireSteward(_ principal: Principal, in db: some Queryable) throws -> Acting {
        let acting = try acting(principal, in: db)
        guard acting.power.mayRunCommunity else { throw ServiceError.notAllowed }
        return acting
    }

    /// Requires the operator.
    func requireOperator(_ principal: Principal) throws(ServiceError) {
        guard principal == .operator else { throw .notAllowed }
    }

    /// Returns the account that the principal names, before a transaction has checked it. Use it to count attempts
    /// only.
    func claimedAccount(_ principal: Principal) throws(ServiceError) -> ID<Account> {
        guard let account = principal.account else { throw .notAllowed }
        return account
    }

    /// Returns the approved and active member with this id.
    private func activeMember(_ id: ID<Account>, in db: some Queryable) throws -> LocalAccount {
        guard let local = try LocalAccounts.byID(id, in: db), local.account.isActive, local.approvedAt != nil else {
            throw ServiceError.notAllowed
        }
        return local
    }

    private func activeGroup(_ id: ID<Account>, in db: some Queryable) throws -> Account {
        guard let group = try Accounts.byID(id, in: db), group.isLocal, group.isGroup, group.isActive else {
            throw ServiceError.notAllowed
        }
        return group
    }
}

extension Services {
    /// Notes in the moderation log what a moderator did.
    ///
    /// - Parameter moderator: nil for the operator.
    func log(
        _ kind: ModerationDeed.Kind, about target: Account? = nil, host: String? = nil, note: String = "",
        by moderator: Account?, in tx: Transaction
    ) throws {
        try ModerationLog.add(
            ModerationDeed(
                id: ids.make(at: now()), moderator: moderator?.id, kind: kind, target: target?.id, host: host,
                note: note, createdAt: now()), in: tx)
    }
}

// MARK: - Groups

extension Services {
    /// Whether the principal runs a group: the people with a role in it, every moderator of the node, and the operator
    /// do.
    public func mayRun(_ group: ID<Account>, _ principal: Principal, in db: some Queryable) throws -> Bool {
        try mayRun(group, acting(principal, in: db), in: db)
    }

    /// The same for a principal that was already looked up.
    func mayRun(_ group: ID<Account>, _ acting: Acting, in db: some Queryable) throws -> Bool {
        guard let account = acting.account else { return true }
        return try account.id == group || runs(group, account.id, acting.power, in: db)
    }

    /// Returns all groups of this node that the principal runs, oldest first.
    public func groupsRun(by principal: Principal, in db: some Queryable) throws -> [Account] {
        let acting = try acting(principal, in: db)
        guard let account = acting.account, !acting.power.mayModerate else { return try Accounts.groups(in: db) }
        return account.isGroup ? [account] : try GroupRoles.groups(runBy: account.id, in: db)
    }

    /// Returns a group of this node that the principal runs.
    ///
    /// - Throws: `notFound` for an account that is not a local group, `notAllowed` for a principal that does not run
    ///   it.
    func requireRunning(_ group: ID<Account>, _ principal: Principal, in db: some Queryable) throws -> Account {
        guard let account = try Accounts.byID(group, in: db), account.isLocal, account.isGroup else {
            throw ServiceError.notFound
        }
        guard try mayRun(group, principal, in: db) else { throw ServiceError.notAllowed }
        return account
    }

    /// Whether an account may write in a group. Everybody may, unless the group is local and approves its members: then
    /// its members and those who run it may.
    func mayWrite(in group: Account, _ author: Account, in db: some Queryable) throws -> Bool {
        guard group.isLocal, group.approvesFollowers, group.id != author.id else { return true }
        if try Follows.find(by: author.id, of: group.id, in: db)?.state == .accepted { return true }
        let role = try LocalAccounts.byID(author.id, in: db)?.role ?? .member
        return try runs(group.id, author.id, .role(role), in: db)
    }

    /// Those of the groups in which an account may write.
    public func writable(_ groups: [Account], by author: ID<Account>, in db: some Queryable) throws -> [Account] {
        guard let account = try Accounts.byID(author, in: db) else { return [] }
        return try groups.filter { try mayWrite(in: $0, account, in: db) }
    }

    private func runs(
        _ group: ID<Account>, _ person: ID<Account>, _ power: Power, in db: some Queryable
    ) throws -> Bool {
        if power.mayModerate { return true }
        return try GroupRoles.role(of: person, group: group, in: db) != nil
    }
}

// MARK: - Posts and events

extension Services {
    /// Returns a post that the account may read.
    ///
    /// - Throws: `notFound` for any other, so that nobody learns that the post exists.
    func readablePost(_ id: ID<Post>, by account: Account, in db: some Queryable) throws -> Post {
        guard let post = try Posts.byID(id, in: db) else { throw ServiceError.notFound }
        let relation = try Posts.relation(of: account.id, to: post, in: db)
        guard PostPolicy.mayRead(post.visibility, as: relation) else { throw ServiceError.notFound }
        return post
    }

    /// An event that the account may read, by `EventPolicy`.
    ///
    /// - Throws: `notFound` for any other.
    func readableEvent(_ id: ID<Event>, by account: Account, in db: some Queryable) throws -> Event {
        guard let event = try Events.byID(id, in: db), try mayRead(event, account, in: db) else {
            throw ServiceError.notFound
        }
        return event
    }

    func mayRead(_ event: Event, _ account: Account, in db: some Queryable) throws -> Bool {
        EventPolicy.mayRead(event.visibility, as: try Events.relation(of: account.id, to: event, in: db))
    }

    /// Checks that the account may read the post or event that an app shows as a status.
    func requireReadable(_ subject: TimelineItem.Subject, by account: Account, in db: some Queryable) throws {
        switch subject {
        case .post(let id): _ = try readablePost(id, by: account, in: db)
        case .event(let id): _ = try readableEvent(id, by: account, in: db)
        }
    }

    /// Returns a local post whose author is the account.
    ///
    /// - Throws: `notFound` for any other.
    func ownPost(_ id: ID<Post>, by account: Account, in db: some Queryable) throws -> Post {
        guard let post = try Posts.byID(id, in: db), post.author == account.id, post.isLocal else {
            throw ServiceError.notFound
        }
        return post
    }

    /// Whether the principal may change a local event: its organizer may, and everybody who runs its group.
    func mayChange(_ event: Event, _ acting: Acting, in db: some Queryable) throws -> Bool {
        if let account = acting.account, event.organizer == account.id { return true }
        return try mayRun(event.owner, acting, in: db)
    }
}

// MARK: - Somebody else

extension Services {
    /// Returns the account that acts and the other account, local or remote, on which it acts.
    ///
    /// - Throws: `notFound` for an unknown or deleted account, `notAllowed` for the account itself.
    func pair(
        _ principal: Principal, _ target: ID<Account>, in db: some Queryable
    ) throws -> (actor: Account, target: Account) {
        let actor = try actor(principal, in: db)
        guard let account = try Accounts.byID(target, in: db), account.deletedAt == nil else {
            throw ServiceError.notFound
        }
        guard account.id != actor.id else { throw ServiceError.notAllowed }
        return (actor, account)
    }

    /// Checks that the principal has more power than the account. Remote accounts and groups count as members.
    func requireAbove(_ target: Account, _ power: Power, in db: some Queryable) throws {
        // The instance actor signs for the node. Without it, other servers no longer respond to the node's requests.
        if target.isLocal, target.kind == .application { throw ServiceError.notAllowed }
        let role = target.isLocal ? try LocalAccounts.byID(target.id, in: db)?.role : nil
        guard power.mayModerate(role ?? .member) else { throw ServiceError.notAllowed }
    }
}
