// SPDX-License-Identifier: Apache-2.0

/// An event for connected streaming clients. The text form is sent between processes, so it contains only numbers.
public enum StreamEvent: Sendable, Hashable {
    /// A new timeline item: a post, a boost, an event or a share of an event.
    case item(ID<TimelineItem>)
    /// The post or event of a timeline item was edited.
    case edited(ID<TimelineItem>)
    /// Timeline items were deleted. `readers` are the accounts besides followers that could read them; nil when
    /// everybody could.
    case deleted([ID<TimelineItem>], author: ID<Account>, readers: [ID<Account>]?)
    /// Direct posts or events were deleted. `readers` are all accounts that could read them, with the author. Followers
    /// are not told, because they must not know that there was something.
    case deletedDirect([ID<TimelineItem>], readers: [ID<Account>])
    /// An account got a notification.
    case notification(Int64, account: ID<Account>)
    /// A conversation of an account changed.
    case conversation(Int64, account: ID<Account>)
    /// An account's filters changed.
    case filtersChanged(ID<Account>)
    /// Notification requests of an account were accepted, and their notifications were merged into the list.
    case notificationsMerged(ID<Account>)
    /// The stewards published an announcement.
    case announced(Int64)
    /// Somebody added an emoji reaction to an announcement or removed one.
    case reacted(String, announcement: Int64)
    /// An announcement was withdrawn.
    case withdrawn(Int64)

    /// The maximum number of timeline items in one event: an id has up to 19 digits, and the text may have 7,900 bytes.
    public static let limit = 250
    /// The maximum number of readers in one event.
    public static let readers = 100

    private static let mark = "stream"

    /// The text form, for example `stream:timeline item:17`.
    public var text: String {
        let (word, lists): (String, [[Int64]]) =
            switch self {
            case .item(let id): ("entry", [[id.rawValue]])
            case .edited(let id): ("edited", [[id.rawValue]])
            case .deleted(let ids, let author, let readers):
                ("deleted", [ids.map(\.rawValue), [author.rawValue]] + (readers.map { [$0.map(\.rawValue)] } ?? []))
            case .deletedDirect(let ids, let readers):
                ("deleted-direct", [ids.map(\.rawValue), readers.map(\.rawValue)])
            case .notification(let id, let account): ("notification", [[id], [account.rawValue]])
            case .conversation(let id, let account): ("conversation", [[id], [account.rawValue]])
            case .filtersChanged(let account): ("filters", [[account.rawValue]])
            case .notificationsMerged(let account): ("merged", [[account.rawValue]])
            case .announced(let id): ("announced", [[id]])
            case .reacted(let name, let id): ("reacted", [[id], name.unicodeScalars.map { Int64($0.value) }])
            case .withdrawn(let id): ("withdrawn", [[id]])
            }
        return ([Self.mark, word] + lists.map { $0.map { String($0) }.joined(separator: ",") }).joined(separator: ":")
    }

    /// Parses the text form; nil for other text or for the text of another version.
    public init?(text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count >= 3, parts[0] == Self.mark else { return nil }
        let lists = parts.dropFirst(2).map { $0.split(separator: ",").compactMap { Int64($0) } }
        let firsts = lists.map(\.first)
        switch (parts[1], firsts.count, firsts.first ?? nil, firsts.dropFirst().first ?? nil) {
        case ("entry", 1, let id?, nil): self = .item(ID(id))
        case ("edited", 1, let id?, nil): self = .edited(ID(id))
        case ("deleted", 2...3, _?, let author?):
            self = .deleted(
                lists[0].map { ID($0) }, author: ID(author), readers: lists.dropFirst(2).first.map { $0.map { ID($0) } }
            )
        case ("deleted-direct", 2, _?, _?):
            self = .deletedDirect(lists[0].map { ID($0) }, readers: lists[1].map { ID($0) })
        case ("notification", 2, let id?, let account?): self = .notification(id, account: ID(account))
        case ("conversation", 2, let id?, let account?): self = .conversation(id, account: ID(account))
        case ("filters", 1, let account?, nil): self = .filtersChanged(ID(account))
        case ("merged", 1, let account?, nil): self = .notificationsMerged(ID(account))
        case ("announced", 1, let id?, nil): self = .announced(id)
        case ("reacted", 2, let id?, _?):
            let scalars = lists[1].compactMap { UInt32(exactly: $0).flatMap(Unicode.Scalar.init) }
            self = .reacted(String(String.UnicodeScalarView(scalars)), announcement: id)
        case ("withdrawn", 1, let id?, nil): self = .withdrawn(id)
        default: return nil
        }
    }
}
