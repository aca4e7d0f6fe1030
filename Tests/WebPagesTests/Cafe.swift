// SPDX-License-Identifier: Apache-2.0

import Database
import Federation
import HTTPSignatures
import HTTPSupport
import Hummingbird
import Logging
import MediaStore
import Model
import NIOPosix
import Services
import Storage
import Telemetry
import TestSupport
import TextEncoding
import Vocabulary
import WebPages

/// A node with data for every page, behind its request pipeline, on a loopback port.
struct Cafe: Sendable {
    static let password = "un-cafe-allonge"

    let services: Services
    let ids: IDMaker
    var store: MediaStore?
    var group = ID<Account>.first
    var lina = ID<Account>.first
    var karim = ID<Account>.first
    var event = ID<Event>.first
    var fullEvent = ID<Event>.first
    var pastEvent = ID<Event>.first
    var cancelledEvent = ID<Event>.first
    var remoteEvent = ID<Event>.first
    var post = ID<Post>.first
    var answer = ID<Post>.first
    var remotePost = ID<Post>.first
    var remoteGroup = ID<Account>.first

    /// Creates an empty node on a new database.
    static func open(
        store: MediaStore? = nil, limits: Bool = true, _ change: @Sendable (inout Community) -> Void = { _ in }
    ) async throws -> Cafe {
        let database = try await TestEngine.sqlite.makeDatabase(migrations: Schema.migrations)
        var community = Community(
            origin: try iri("http://cafe.example"), name: "Le Café des freelances",
            tagline: "On se retrouve une fois par mois, et entre deux on reste en lien.", registration: .open)
        change(&community)
        let ids = IDMaker()
        let federation = Federation(
            database: database, community: community, loader: Nowhere(), ids: ids, clock: SystemClock(),
            counters: Counters(), logger: .silent)
        let services = Services(
            database: database, federation: federation, secrets: .quick, clock: SystemClock(),
            ids: ids, store: store, limits: limits)
        try await services.prepareNode()
        return Cafe(services: services, ids: ids, store: store)
    }

    /// Serves the node while `body` runs.
    func serve<Result: Sendable>(_ body: @escaping @Sendable (Browser) async throws -> Result) async throws -> Result {
        let (ports, port) = AsyncStream<Int>.makeStream()
        let server = application(port: 0) { port.yield($0) }
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await server.run() }
            defer { tasks.cancelAll() }
            for await number in ports { return try await body(Browser(origin: "http://127.0.0.1:\(number)")) }
            throw CancellationError()
        }
    }

    func application(
        port: Int, onRunning: @escaping @Sendable (Int) -> Void
    ) -> Application<RouterResponder<NodeContext>> {
        let pages = WebPages(services: services, uploads: store.map { UploadReceiver(folder: $0.spoolFolder) })
        var settings = RequestPipeline.Settings(origin: String(describing: services.community.origin))
        settings.limits = false
        let pipeline = RequestPipeline(
            settings, session: { [services] in try await services.session($0) }, errorPage: pages.errorPage)
        return Application(
            responder: buildRouter(routes: pages.routes, pipeline: pipeline).buildResponder(),
            server: NodeServer.http1(),
            configuration: NodeServer.configuration(host: "127.0.0.1", port: port, logger: .silent),
            onServerRunning: { onRunning($0.localAddress?.port ?? 0) },
            eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup.singleton), logger: .silent)
    }

    /// Creates the node with people, groups, discussions and events.
    static func furnished(
        limits: Bool = true, _ change: @Sendable (inout Community) -> Void = { _ in }
    ) async throws -> Cafe {
        var cafe = try await open(limits: limits, change)
        try await cafe.inviteSomePeople()
        try await cafe.talk()
        try await cafe.planEvents()
        try await cafe.meetNeighbours()
        return cafe
    }
}

// MARK: - What is in it

extension Cafe {
    func member(_ name: String, _ shown: String, _ role: Role = .member, _ summary: String) async throws -> ID<Account>
    {
        var signUp = SignUp(name: name, email: "\(name)@mail.example")
        signUp.displayName = shown
        signUp.password = Self.password
        let account = try await services.createAccount(signUp, role: role, as: .operator)
        try await services.editProfile(
            ProfileDraft(
                displayName: shown, summary: summary, discoverable: true, approvesFollowers: false, language: nil),
            as: .member(account.id))
        return account.id
    }

    private mutating func inviteSomePeople() async throws {
        lina = try await member("lina", "Lina Moreau", .steward, "Graphiste à Lyon. Je peux aider sur les logos.")
        karim = try await member("karim", "Karim Benali", .member, "Développeur, nouveau en freelance. #swift")
        var draft = GroupDraft(name: "lyon", title: "Café des freelances · Lyon")
        draft.summary = "Un jeudi par mois, autour d’une table. Entre deux cafés, on continue ici."
        group = try await services.createGroup(draft, as: .member(lina)).id
        try await services.follow(group, as: .member(karim))
        var waiting = SignUp(name: "noor", email: "noor@mail.example")
        waiting.displayName = "Noor <b>Haddad</b>"
        let account = try await services.createAccount(waiting, role: .member, as: .operator)
        try await services.database.write { tx in
            try tx.run(
                """
                UPDATE local_account SET approved_at = NULL, sign_up_note = \("J’ai rencontré Lina au café.")
                WHERE account_id = \(account.id)
                """)
        }
    }

    private mutating func talk() async throws {
        var question = PostDraft(
            text: """
                Je passe en micro-entreprise le mois prochain, et on me dit tout et son contraire sur l’assurance.

                Vous conseillez laquelle pour débuter ? #assurance
                """)
        question.title = "Quelle assurance pour débuter ?"
        question.group = group
        question.language = "fr"
        post = try await services.publishPost(question, as: .member(karim))
        var reply = PostDraft(
            text: "La mienne couvre les erreurs de livraison, c’est ce qui compte. On en parle jeudi ?")
        reply.inReplyTo = post
        answer = try await services.publishPost(reply, as: .member(lina))
        var thanks = PostDraft(text: "@lina volontiers, merci.")
        thanks.inReplyTo = answer
        _ = try await services.publishPost(thanks, as: .member(karim))
        var find = PostDraft(text: "Un atelier vient d’ouvrir rue Jangot : deux bureaux à partager, lumière du matin.")
        find.group = group
        _ = try await services.publishPost(find, as: .member(karim))
        var nasty = PostDraft(text: "<script>alert(1)</script> & \"co\" https://example.org/?a=1&b=2")
        nasty.title = "<img src=x onerror=alert(1)> \" ' &amp;"
        nasty.warning = "À lire avec prudence <b>"
        _ = try await services.publishPost(nasty, as: .member(lina))
    }

    private mutating func planEvents() async throws {
        event = try await plan("Café du jeudi", in: 9, capacity: 20, guests: [lina, karim])
        fullEvent = try await plan("Atelier tarifs", in: 23, capacity: 1, guests: [lina, karim])
        cancelledEvent = try await plan("Balade photo", in: 30, capacity: nil, guests: [])
        try await services.cancelEvent(cancelledEvent, as: .member(lina))
        pastEvent = try await plan("Café de novembre", in: 2, capacity: 12, guests: [karim])
        let (past, now) = (pastEvent, services.clock.now)
        try await services.database.write { tx in
            guard var event = try Events.byID(past, in: tx) else { return }
            event.startsAt = now - .days(20)
            event.endsAt = now - .days(20) + .hours(2)
            try Events.update(event, in: tx)
        }
        var comment = PostDraft(text: "Y a-t-il une prise pour un ordinateur ?")
        comment.event = event
        _ = try await services.publishPost(comment, as: .member(karim))
    }

    func plan(_ title: String, in days: Int, capacity: Int?, guests: [ID<Account>]) async throws -> ID<Event> {
        let zone = "Europe/Paris"
        let day = ZonedTime.formValue(services.clock.now + .days(days), in: zone).prefix(10)
        let start = ZonedTime.parse("\(day)T18:30", in: zone) ?? services.clock.now + .days(days)
        var draft = EventDraft(
            group: group, title: title, startsAt: start, endsAt: start + .minutes(150), timeZone: zone)
        draft.text = "On se retrouve autour d’un café.\n\nViens avec une question, repars avec deux réponses."
        draft.place = Place(name: "Le Court-Circuit", street: "13 rue Jangot", locality: "Lyon", postalCode: "69007")
        draft.capacity = capacity
        draft.language = "fr"
        let id = try await services.planEvent(draft, as: .member(lina))
        for guest in guests { try await services.joinEvent(id, as: .member(guest)) }
        return id
    }

    /// Adds a remote group that a local group follows, one of its discussions and one of its events.
    private mutating func meetNeighbours() async throws {
        let now = services.clock.now
        let far = "https://grenoble.example"
        var neighbours = Account(
            id: ids.make(at: now), kind: .group, username: "cafe", host: "grenoble.example",
            iri: try iri("\(far)/groups/cafe"), displayName: "Café de Grenoble",
            summary: SanitizedHTML(unchecked: "<p>Entre les montagnes &amp; le tram.</p>"), createdAt: now)
        neighbours.url = try iri("\(far)/groups/cafe")
        neighbours.fetchedAt = now
        var person = Account(
            id: ids.make(at: now), kind: .person, username: "ines", host: "grenoble.example",
            iri: try iri("\(far)/users/ines"), displayName: "Inès", createdAt: now)
        person.fetchedAt = now
        var talk = Post(
            id: ids.make(at: now), iri: try iri("\(far)/posts/1"), author: person.id,
            content: SanitizedHTML(unchecked: "<p>Who knows a good <strong>printer</strong> nearby?</p>"),
            visibility: .everyone, publishedAt: now - .hours(5), isLocal: false)
        talk.title = "A printer in the Alps"
        talk.language = "en"
        var meeting = Event(
            id: ids.make(at: now), iri: try iri("\(far)/events/1"), owner: neighbours.id, uuid: "u-1",
            title: "Apéro du réseau", startsAt: now + .days(12), endsAt: now + .days(12) + .hours(3), publishedAt: now,
            isLocal: false)
        meeting.timeZone = "Europe/Berlin"
        let (group, follow, boost) = (
            group, try iri("http://cafe.example/activities/9"), try iri("\(far)/activities/1")
        )
        let maker = ids
        (remoteGroup, remotePost, remoteEvent) = (neighbours.id, talk.id, meeting.id)
        try await services.database.write { [neighbours, person, talk, meeting] tx in
            _ = try Accounts.upsertRemote(neighbours, in: tx)
            _ = try Accounts.upsertRemote(person, in: tx)
            _ = try Follows.request(by: group, of: neighbours.id, activity: follow, at: now, in: tx)
            _ = try Follows.setState(.accepted, by: group, of: neighbours.id, in: tx)
            _ = try Posts.insert(talk, PostParts(), in: tx)
            _ = try Boosts.add(
                maker.make(at: now), account: neighbours.id, post: talk.id, activity: boost, at: now, in: tx)
            _ = try Events.insert(meeting, in: tx)
        }
    }
}

// MARK: - Around it

/// A loader with which no other node responds.
struct Nowhere: DocumentLoader {
    func load(_ id: IRI) async throws(FetchError) -> RemoteDocument { throw .notFound }
    func webfinger(_ name: String, host: String) async throws(FetchError) -> JSON { throw .notFound }
}

extension Secrets {
    /// The secrets of the node, with keys and password hashes that take no time.
    static let quick = Secrets(
        hashPassword: { Hexadecimal.encode(Hash.sha256(Array($0.utf8))) },
        verifyPassword: { Hexadecimal.encode(Hash.sha256(Array($0.utf8))) == $1 }, decoyHash: "nobody",
        digest: { Hash.sha256($0) }, randomBytes: { try RandomBytes.make($0) },
        makeKeyPair: { KeyPair(privatePEM: "private", publicPEM: "public") })
}

/// The error for an invalid address in a test.
struct NotAnAddress: Error { let text: String }

func iri(_ text: String) throws -> IRI {
    guard let iri = IRI(text) else { throw NotAnAddress(text: text) }
    return iri
}
