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
}
