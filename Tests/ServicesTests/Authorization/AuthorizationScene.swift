// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Services
import Storage
import TestSupport
import Testing
import Vocabulary

/// Who tries a command, as a letter of ``AuthorizationTable``.
enum Part: Character, CaseIterable {
    case stranger = "s"
    case suspended = "x"
    case pending = "p"
    case member = "m"
    case groupModerator = "g"
    case moderator = "M"
    case steward = "S"
    case `operator` = "O"
    case group = "G"
    case lostGroup = "L"

    var role: Role {
        switch self {
        case .suspended, .pending, .steward: .steward
        case .moderator: .moderator
        default: .member
        }
    }
}

/// What exists before the first attempt: people and things that belong to nobody who tries a command.
struct Stage: Sendable {
    let cafe: Cafe
    /// A moderator who writes posts and plans events.
    let mia: ID<Account>
    /// A remote person.
    let vic: Account
    let post: ID<Post>
    let announcement: ID<Announcement>
    let app: RegisteredApp
    /// An upload of `mia`.
    let picture: ID<Media>

    init(_ cafe: Cafe) async throws {
        self.cafe = cafe
        mia = try await cafe.member("mia", .moderator)
        let sam = try await cafe.member("sam", .steward)
        vic = try await cafe.stranger("vic")
        post = try await cafe.services.publishPost(PostDraft(text: "Bonjour"), as: .member(mia))
        announcement = try await cafe.services.announceToAll("À tous", event: nil, as: .member(sam))
        app = try await cafe.services.registerApp(AppDraft(name: "App", redirectURIs: ["app://back"]))
        picture = try await cafe.services.uploadMedia(MediaDraft(.bytes(TestPicture.png())), as: .member(mia))
    }

    /// Returns an unused name.
    func name() -> String { "n\(cafe.ids.make(at: cafe.clock.now) as ID<Account>)" }

    /// Creates a new member.
    func person(_ role: Role = .member) async throws -> ID<Account> { try await cafe.member(name(), role) }
}

/// One attempt: a new person, with a group of their own in which they may have a role.
struct Scene: Sendable {
    let stage: Stage
    let part: Part
    let person: ID<Account>
    let group: ID<Account>

    var cafe: Cafe { stage.cafe }
    var services: Services { stage.cafe.services }
    /// The account for which the command is tried.
    var account: ID<Account> { part == .group || part == .lostGroup ? group : person }
    /// The principal that creates what the attempt needs: the same account, before it loses its rights.
    var before: Principal { .onBehalf(of: account) }

    init(_ stage: Stage, _ part: Part) async throws {
        (self.stage, self.part) = (stage, part)
        // Enough time for the rate limits of the attempts.
        stage.cafe.clock.pass(.minutes(10))
        person = try await stage.person(part.role)
        let (person, group) = (
            person,
            try await stage.cafe.services.createGroup(GroupDraft(name: stage.name(), title: "G"), as: .operator).id
        )
        self.group = group
        guard [.groupModerator, .group, .lostGroup].contains(part) else { return }
        try await stage.cafe.database.write { tx in
            try GroupRoles.set(.moderator, group: group, account: person, in: tx)
        }
    }

    /// Gives the person the rights of the part, and returns the principal of the attempt.
    func enter() async throws -> Principal {
        let (person, group, now) = (person, group, cafe.clock.now)
        switch part {
        case .stranger: return .member(stage.vic.id)
        case .operator: return .operator
        case .suspended: try await cafe.database.write { tx in try Accounts.suspend(person, at: now, in: tx) }
        case .pending:
            try await cafe.database.write { tx in
                try tx.run("UPDATE local_account SET approved_at = NULL WHERE account_id = \(person)")
            }
        case .lostGroup:
            try await cafe.database.write { tx in _ = try GroupRoles.remove(group: group, account: person, in: tx) }
        case .member, .groupModerator, .moderator, .steward, .group: break
        }
        return account == group ? .group(group, by: person) : .member(person)
    }

    // MARK: - What attempts need

    func ownPost() async throws -> ID<Post> {
        try await services.publishPost(PostDraft(text: "À moi"), as: before)
    }

    /// A post of another author that nobody else may read.
    func hiddenPost(poll: PollDraft? = nil) async throws -> ID<Post> {
        var draft = PostDraft(text: "Pour moi")
        draft.visibility = .direct
        draft.poll = poll
        return try await services.publishPost(draft, as: .member(stage.mia))
    }

    func poll() async throws -> ID<Post> {
        var draft = PostDraft(text: "Quand ?")
        draft.poll = Self.question
        return try await services.publishPost(draft, as: .member(stage.mia))
    }

    static let question = PollDraft(options: ["Lundi", "Mardi"], seconds: 3_600)

    func evening() -> EventDraft {
        EventDraft(
            group: group, title: "Soirée", startsAt: cafe.clock.now + .days(2),
            endsAt: cafe.clock.now + .days(2) + .hours(3), timeZone: "Europe/Paris")
    }

    /// An event of the group with another organizer.
    func event() async throws -> ID<Event> { try await services.planEvent(evening(), as: .member(stage.mia)) }

    /// A remote event that is not addressed to the account.
    func hiddenEvent() async throws -> ID<Event> {
        let id: ID<Event> = cafe.ids.make(at: cafe.clock.now)
        var event = Event(
            id: id, iri: try iri("https://far.example/events/\(id)"), owner: stage.vic.id, uuid: "\(id)",
            title: "Entre nous", startsAt: cafe.clock.now + .days(1), endsAt: cafe.clock.now + .days(2),
            publishedAt: cafe.clock.now, isLocal: false)
        event.visibility = .direct
        let stored = event
        try await cafe.database.write { tx in _ = try Events.insert(stored, in: tx) }
        try await cafe.follow(stage.vic.id, by: account)
        return id
    }

    func filter(of principal: Principal? = nil) async throws -> ContentFilter {
        try await services.makeFilter(Self.filterDraft, as: principal ?? before)
    }

    static let filterDraft: FilterDraft = {
        var draft = FilterDraft()
        draft.title = "Non"
        draft.places = ["home"]
        draft.keywords = [KeywordDraft(text: "thé")]
        return draft
    }()

    func list(of principal: Principal? = nil) async throws -> AccountList {
        try await services.makeList(titled: "Amis", replies: .list, isExclusive: false, as: principal ?? before)
    }

    func picture(of principal: Principal? = nil) async throws -> ID<Media> {
        try await services.uploadMedia(MediaDraft(.bytes(TestPicture.png())), as: principal ?? before)
    }

    /// A person who waits for approval.
    func applicant() async throws -> ID<Account> {
        let name = stage.name()
        _ = try await services.register(SignUp(name: name, email: "\(name)@mail.example"))
        return try await cafe.local(name).id
    }

    /// The identity of an app's token, read before the attempt.
    func identity() async throws -> AppIdentity {
        let token = try await services.makeToken(
            .read, app: stage.app.app.id, account: account, person: person, as: .operator)
        return try #require(try await services.identity(ofToken: token))
    }

    /// The identity for another principal: strangers and the operator have no token.
    static func identity(_ known: AppIdentity, of principal: Principal) -> AppIdentity {
        guard principal.account == known.account else {
            return AppIdentity.nobody(like: known)
        }
        return known
    }
}

extension AppIdentity {
    fileprivate static func nobody(like known: Self) -> Self {
        var identity = known
        (identity.account, identity.person) = (nil, nil)
        return identity
    }
}
