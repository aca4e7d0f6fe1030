// SPDX-License-Identifier: Apache-2.0

public import Database
public import Federation
internal import Logging
public import MediaStore
public import Model
internal import Storage
internal import Vocabulary

/// The commands that change the node: one file and one transaction for each command.
///
/// Pages, client apps and the command line all call these commands, so that each rule is written once.
public struct Services: Sendable {
    /// The database.
    public let database: Database
    /// The settings of this community, as they are now.
    public var community: Community { federation.live.community }
    /// What the stewards set of it.
    public var profile: CommunityProfile { federation.live.profile }
    /// What the settings file says of it.
    public var configured: Community { federation.live.configured }
    /// The clock.
    public let clock: any Clock
    let federation: Federation
    let secrets: Secrets
    let ids: IDMaker
    let attempts: AttemptLimit
    /// Attempts with passwords and e-mail addresses, per network.
    let passwordAttempts: AttemptLimit
    /// E-mails with a sign-in link, per address.
    let linksPerAddress: AttemptLimit
    let settled = SettledIDs()
    let lateMentions = Services.makeMentionLimit()
    let uploads: AttemptLimit
    let confirmations: AttemptLimit
    let store: MediaStore?

    /// Creates the value.
    ///
    /// - Parameters:
    ///   - store: where uploaded files are stored; nil for a node that accepts no uploads.
    ///   - limits: whether rate limits apply; false for tests.
    public init(
        database: Database, federation: Federation, secrets: Secrets, clock: any Clock,
        ids: IDMaker, store: MediaStore? = nil, limits: Bool = true
    ) {
        self.database = database
        self.federation = federation
        self.secrets = secrets
        self.clock = clock
        self.ids = ids
        self.store = store
        attempts = AttemptLimit(isOn: limits)
        passwordAttempts = AttemptLimit(isOn: limits, burst: 30, every: .seconds(5))
        linksPerAddress = AttemptLimit(isOn: limits, burst: 30, every: .minutes(2))
        uploads = AttemptLimit(isOn: limits, burst: 40)
        confirmations = AttemptLimit(isOn: limits, burst: 3, every: .minutes(10))
    }

    var outbox: Outbox { federation.outbox }
    var identifiers: LocalIdentifiers { federation.identifiers }

    func now() -> Timestamp { clock.now }
}
