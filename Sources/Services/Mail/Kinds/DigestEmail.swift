// SPDX-License-Identifier: Apache-2.0

internal import Model
internal import Storage

/// Tells a member who has not come by for a day what others wrote to them. At most one a week.
struct DigestEmail: Email {
    /// What somebody wrote.
    struct Line: Sendable {
        let name: String
        /// The beginning of the text; nil when only its two people may read it.
        let text: String?
        let path: String
    }

    static let kind = EmailKind(
        "digest", .weekly(1), urgency: .bulk, lifetime: .days(3),
        choice: EmailKind.Choice(
            french: "Les réponses et mentions que je n’ai pas lues, une fois par semaine au plus",
            english: "The replies and mentions that I have not read, once a week at most"))

    static let rule = MailBatchRule(
        kind: kind.name, reasons: [.mention, .quote], pause: .days(7), patience: .days(1), memory: .days(8))
    /// What it mentions; thanks alone are no reason to write.
    static let mentioned: [Notification.Kind] = [.mention, .quote, .favourite]
    /// The most texts that it shows.
    static let limit = 8

    let lines: [Line]
    /// How many texts there are besides.
    let more: Int
    let thanks: Int

    func subject(_ reader: EmailReader) -> String {
        let name = reader.community.name
        return reader.isFrench ? "On t’a écrit\u{202F}: \(name)" : "You have replies: \(name)"
    }

    func body(_ reader: EmailReader) -> String {
        let texts = lines.map { line in
            let words = line.text ?? (reader.isFrench ? "un mot pour toi seul" : "a message for you alone")
            return "\(line.name)\(reader.isFrench ? "\u{202F}:" : ":") \(words)\n\(reader.page(line.path))"
        }
        var ending: [String] = []
        if more > 0 { ending.append(reader.isFrench ? "Et \(more) de plus." : "And \(more) more.") }
        if thanks > 0 {
            ending.append(
                reader.isFrench
                    ? "On t’a dit merci \(thanks) fois."
                    : thanks == 1 ? "Somebody thanked you." : "You were thanked \(thanks) times.")
        }
        ending.append(reader.page("/notifications"))
        return """
            \(reader.isFrench ? "pendant ton absence, on t’a écrit." : "while you were away, people wrote to you.")

            \(texts.joined(separator: "\n\n"))

            \(ending.joined(separator: "\n\n"))
            """
    }
}
