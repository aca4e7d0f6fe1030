// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Markup
internal import Model
internal import Storage

extension Services {
    /// The most notices or members of one transaction.
    private static let mailStep = 50

    /// Writes the e-mails about what happened: a seat that was given, an event that changed. Each is written once, in
    /// the transaction that takes its notice.
    public func tellByMail() async throws {
        while try await tellNotices() == Self.mailStep {}
    }

    /// Writes the e-mails that tell several things at once, to those for whom one is due. At night there are none.
    public func tellBatches() async throws {
        guard community.mailReachesPeople, QuietHours(zone: community.timeZone).end(of: now()) == now() else { return }
        try await tell(ToDoEmail.rule, mentioning: ToDoEmail.rule.reasons) { _, person, tx in
            let tasks = try WaitingTasks.of(person.account.id, in: tx)
            return tasks.signUps + tasks.reports + tasks.requests > 0 ? ToDoEmail(tasks: tasks) : nil
        }
        try await tell(DigestEmail.rule, mentioning: DigestEmail.mentioned) { news, person, tx in
            try digest(of: news, for: person.account.id, in: tx)
        }
    }

    // MARK: - One thing in one e-mail

    /// - Returns: how many notices were taken.
    private func tellNotices() async throws -> Int {
        // Most of the time nothing waits; then nobody waits for the writer either.
        guard try await database.read({ db in try MailNotices.exist(in: db) }) else { return 0 }
        return try await database.write { tx in
            let taken = try MailNotices.take(Self.mailStep, in: tx)
            guard community.mailReachesPeople else { return taken.count }
            var known: [ID<Event>: EventNews] = [:]
            for notification in taken.notifications {
                guard case .event(let id) = notification.subject,
                    let person = try LocalAccounts.byID(notification.account, in: tx)
                else { continue }
                if known[id] == nil { known[id] = try eventNews(id, in: tx) }
                if let news = known[id] { try tell(notification, news, to: person, in: tx) }
            }
            return taken.count
        }
    }

    private func eventNews(_ id: ID<Event>, in tx: Transaction) throws -> EventNews? {
        guard let event = try Events.byID(id, in: tx), event.endsAt > now(),
            let owner = try Accounts.byID(event.owner, in: tx)
        else { return nil }
        return EventNews(event: event, owner: owner)
    }

    private func tell(
        _ notification: Storage.Notification, _ told: EventNews, to person: LocalAccount, in tx: Transaction
    ) throws {
        var news = told
        let guest = try GuestLists.find(account: person.account.id, event: news.event.id, in: tx)?.state
        // The address of an online meeting is for those who have a seat.
        if guest != .going { news.event.onlineURL = nil }
        switch (notification.kind, news.event.status) {
        case (.seat, .scheduled), (.seat, .rescheduled), (.seat, .tentative), (.seat, .postponed):
            guard guest == .going else { return }
            try send(SeatEmail(news: news), about: notification, to: person, in: tx)
        case (.update, let status):
            guard let guest, [.asked, .going, .waiting].contains(guest) else { return }
            try MailQueue.replace(EventNews.changes, to: person.account.id, about: news.event.id, in: tx)
            switch status {
            case .cancelled: try send(EventCancelledEmail(news: news), about: notification, to: person, in: tx)
            case .postponed: try send(EventPostponedEmail(news: news), about: notification, to: person, in: tx)
            case .scheduled, .rescheduled, .tentative:
                try send(EventChangedEmail(news: news), about: notification, to: person, in: tx)
            }
        default: return
        }
    }

    private func send(
        _ email: some Email, about notification: Storage.Notification, to person: LocalAccount, in tx: Transaction
    ) throws {
        try enqueue(
            email, to: person.email, of: person.account.id, language: person.language, fact: "\(notification.id)",
            in: tx)
    }

    // MARK: - Several things in one e-mail

    private func tell(
        _ rule: MailBatchRule, mentioning kinds: [Storage.Notification.Kind],
        _ write: @escaping @Sendable ([Storage.Notification], LocalAccount, Transaction) throws -> (any Email)?
    ) async throws {
        var last: ID<Account>?
        repeat {
            let (after, now) = (last, now())
            let due = try await database.read { db in
                try MailBatches.due(rule, after: after, limit: Self.mailStep, at: now, in: db)
            }
            last = due.count == Self.mailStep ? due.last : nil
            guard !due.isEmpty else { return }
            try await database.write { tx in
                for id in due { try tell(rule, kinds, to: id, write, in: tx) }
            }
        } while last != nil
    }

    private func tell(
        _ rule: MailBatchRule, _ kinds: [Storage.Notification.Kind], to id: ID<Account>,
        _ write: ([Storage.Notification], LocalAccount, Transaction) throws -> (any Email)?, in tx: Transaction
    ) throws {
        guard let person = try LocalAccounts.byID(id, in: tx) else { return }
        let news = try MailBatches.news(rule, of: id, mentioning: kinds, limit: 200, at: now(), in: tx)
        guard let newest = news.first, let email = try write(news, person, tx) else { return }
        let isSent = try enqueue(
            email, to: person.email, of: id, language: person.language, fact: "\(id) \(newest.id)", in: tx)
        if isSent { try MailBatches.record(rule, of: id, upTo: newest.id, at: now(), in: tx) }
    }

    private func digest(
        of news: [Storage.Notification], for reader: ID<Account>, in tx: Transaction
    ) throws -> DigestEmail? {
        let texts = news.filter { $0.kind != .favourite }
        let items = try TimelineItems.byIDs(texts.prefix(DigestEmail.limit).compactMap(\.item), in: tx)
        var lines: [DigestEmail.Line] = []
        for view in try StatusViews.load(items, viewer: reader, in: tx) {
            guard case .post(let status) = view.subject else { continue }
            let post = status.post
            let words =
                post.warning.isEmpty ? Excerpt.plainText(of: post.content, limit: 140) : post.warning
            lines.append(
                DigestEmail.Line(
                    name: view.author.shownName, text: post.visibility == .direct ? nil : words,
                    path: "/posts/\(post.id)"))
        }
        guard !lines.isEmpty else { return nil }
        return DigestEmail(
            lines: lines, more: max(0, texts.count - DigestEmail.limit),
            thanks: news.count { $0.kind == .favourite })
    }
}
