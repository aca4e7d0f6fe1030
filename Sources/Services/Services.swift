// SPDX-License-Identifier: Apache-2.0

public import Database
public import Federation
internal import Logging
public import MediaStore
public import Model
internal import Storage
internal import Vocabulary

/// What a local person can do: one command a file, one transaction a command.
///
/// Pages, client apps and the command line all come through here, so a rule stands once.
public struct Services: Sendable {
    /// Rows.
    public let database: Database
    /// Who we are.
    public let community: Community
    /// The time.
    public let clock: any Clock
    let federation: Federation
    let secrets: Secrets
    let ids: IDMaker
    let attempts: AttemptLimit
    let uploads: AttemptLimit
    let letters: AttemptLimit
    let store: MediaStore?

    /// Wires the parts.
    ///
    /// - Parameters:
    ///   - store: where files go that people hand in; nil takes none.
    ///   - limits: whether attempts are counted; false for tests.
    public init(
        database: Database, federation: Federation, community: Community, secrets: Secrets, clock: any Clock,
        ids: IDMaker, store: MediaStore? = nil, limits: Bool = true
    ) {
        self.database = database
        self.federation = federation
        self.community = community
        self.secrets = secrets
        self.clock = clock
        self.ids = ids
        self.store = store
        attempts = AttemptLimit(isOn: limits)
        uploads = AttemptLimit(isOn: limits, burst: 40)
        letters = AttemptLimit(isOn: limits, burst: 3, every: .minutes(10))
    }

    var outbox: Outbox { federation.outbox }
    var identifiers: LocalIdentifiers { federation.identifiers }

    func now() -> Timestamp { clock.now }

    /// The account that acts, a person or a group; only an active one of this node may, and a person who was let in.
    func actor(_ id: ID<Account>, in db: some Queryable) throws -> Account {
        guard let account = try Accounts.byID(id, in: db), account.isLocal, account.isActive else {
            throw ServiceError.notAllowed
        }
        return account.isPersonal ? try member(id, in: db).account : account
    }

    /// The person who acts, with role; only one who was let in.
    func member(_ id: ID<Account>, in db: some Queryable) throws -> LocalAccount {
        guard let local = try LocalAccounts.byID(id, in: db), local.account.isActive, local.approvedAt != nil else {
            throw ServiceError.notAllowed
        }
        return local
    }

    /// Whether a person may run a group: its moderators, and every moderator of the node.
    func mayRun(_ group: ID<Account>, _ person: ID<Account>, in db: some Queryable) throws -> Bool {
        if try member(person, in: db).role >= .moderator { return true }
        return try GroupRoles.role(of: person, group: group, in: db) != nil
    }
}
