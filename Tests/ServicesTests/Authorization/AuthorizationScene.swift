// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Services
import Storage
import TestSupport
import Testing
import Vocabulary

/// Who tries a command; the letters of ``AuthorizationTable``.
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

/// What is there before the first try: people and things that are not those of who tries.
struct Stage: Sendable {
    let cafe: Cafe
    /// A member who writes and plans, and a moderator.
    let mia: ID<Account>
    /// A person of another node.
    let vic: Account
    let post: ID<Post>
    let announcement: ID<Announcement>
    let app: RegisteredApp
    /// What Mia handed in.
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

    /// A name that nobody has.
    func name() -> String { "n\(cafe.ids.make(at: cafe.clock.now) as ID<Account>)" }

    /// A new member.
    func person(_ role: Role = .member) async throws -> ID<Account> { try await cafe.member(name(), role) }
}

/// One try: somebody new, with a group of their own in which they may be something.
struct Scene: Sendable {
    let stage: Stage
    let part: Part
    let person: ID<Account>
    let group: ID<Account>

    var cafe: Cafe { stage.cafe }
    var services: Services { stage.cafe.services }
    /// In whose name it is tried.
    var account: ID<Account> { part == .group || part == .lostGroup ? group : person }
    /// Who makes what the try needs: the same account, while it still may.
    var before: Principal { .onBehalf(of: account) }

    init(_ stage: Stage, _ part: Part) async throws {
        (self.stage, self.part) = (stage, part)
        // Long enough that nobody tries too often.
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

    /// Makes of the person what the part says, and tells as whom it is tried.
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

    // MARK: - What tries need

    func ownPost() async throws -> ID<Post> {
        try await services.publishPost(PostDraft(text: "À moi"), as: before)
    }

    /// A post of somebody else, which nobody else may read.
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

    /// An event of the group, which somebody else planned.
    func event() async throws -> ID<Event> { try await services.planEvent(evening(), as: .member(stage.mia)) }

    /// An event that its owner addressed to others.
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

    /// Somebody who asks to become a member.
    func applicant() async throws -> ID<Account> {
        let name = stage.name()
        _ = try await services.register(SignUp(name: name, email: "\(name)@mail.example"))
        return try await cafe.local(name).id
    }

    /// An app's word for who speaks through it, as it was read before the try.
    func identity() async throws -> AppIdentity {
        let token = try await services.makeToken(
            .read, app: stage.app.app.id, account: account, person: person, as: .operator)
        return try #require(try await services.identity(ofToken: token))
    }

    /// What the same word says when somebody else speaks: strangers and the operator have no token.
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
