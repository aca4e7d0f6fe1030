// SPDX-License-Identifier: Apache-2.0

internal import Model

extension Account {
    /// Where its page is on this node, whatever node is its home.
    var path: String {
        guard isLocal else { return "/accounts/\(id)" }
        return isGroup ? "/groups/\(username)" : "/users/\(username)"
    }

    /// The first word of the name, for where there is little room.
    var firstName: String {
        shownName.split(separator: " ").first.map(String.init) ?? shownName
    }

    /// `@name@host`, also for an account of this node: how other nodes find it.
    func fullHandle(_ community: Community) -> String {
        "@\(username)@\(isLocal ? community.authority : host)"
    }
}

/// People as one sees them first: an avatar made of letters, and a name.
enum AccountCard {
    /// How large an avatar is.
    enum Size: String {
        case small, medium, large
    }

    /// The avatar: a picture that was handed in here, or initials on a colour that stays the same for the same account.
    /// No picture is asked of another host, so that looking at a page tells nobody.
    static func avatar(_ account: Account, _ size: Size = .medium) -> HTML {
        let shape = account.isGroup ? "face group" : "face"
        if account.isLocal, let icon = account.icon, let path = LocalMedia.path(of: String(describing: icon)) {
            return """
                <span class="\(shape) \(size.rawValue)" aria-hidden="true"><img src="\(path)" alt="" loading="lazy"></span>
                """
        }
        return """
            <span class="\(shape) \(size.rawValue) tone\(tone(of: account))" aria-hidden="true">\(initials(account))</span>
            """
    }

    /// Avatar and name, as a link.
    static func link(_ account: Account) -> HTML {
        "<a class=\"who\" href=\"\(account.path)\">\(avatar(account, .small))<span>\(account.shownName)</span></a>"
    }

    /// Avatars in a row, each with its name for those who hear the page.
    static func avatars(_ accounts: [Account], label: String) -> HTML {
        guard !accounts.isEmpty else { return .nothing }
        let items = each(accounts) { account in
            """
            <li><a href="\(account.path)" title="\(account.shownName)">\(avatar(account, .small))\
            <span class="unseen">\(account.shownName)</span></a></li>
            """
        }
        return "<ul class=\"faces\" aria-label=\"\(label)\">\(items)</ul>"
    }

    /// The same where the card around it is already a link to somewhere else: names are heard, not followed.
    static func avatarsWithoutLinks(_ accounts: [Account], label: String) -> HTML {
        guard !accounts.isEmpty else { return .nothing }
        let names = accounts.map(\.firstName).joined(separator: ", ")
        return """
            <span class="faces"><span class="unseen">\(label) \(names)</span>\(accounts.map { avatar($0, .small) })</span>
            """
    }

    /// A card in a list of accounts.
    ///
    /// - Parameter deeds: what can be done about it, below.
    static func card(
        _ account: Account, _ visit: Visit, heading: Heading = .second, deeds: HTML = .nothing
    ) -> HTML {
        let summary = account.summary.plainText(limit: 140)
        let handle = account.isLocal ? account.handle.description : account.fullHandle(visit.community)
        return """
            <li class="card person">\(avatar(account))
            <div>\(heading.wrap("<a href=\"\(account.path)\">\(account.shownName)</a>"))
            <p class="meta">\(handle)</p>
            \(when(!summary.isEmpty, "<p>\(summary)</p>"))\(deeds)</div></li>
            """
    }

    private static func initials(_ account: Account) -> String {
        let words = account.shownName.split { !$0.isLetter && !$0.isNumber }
        // "Café des freelances · Lyon" is CL: small words do not stand for a name, unless there are no others.
        let large = words.filter { $0.first?.isLowercase == false }
        let letters = (large.isEmpty ? words : large).prefix(2).compactMap(\.first)
        return letters.isEmpty ? "·" : String(letters).uppercased()
    }

    /// 0 ..< 8, from the handle: neither a restart nor another display name changes it.
    private static func tone(of account: Account) -> Int {
        var sum: UInt32 = 2_166_136_261
        for byte in account.handle.description.lowercased().utf8 { sum = (sum ^ UInt32(byte)) &* 16_777_619 }
        return Int(sum >> 7 & 7)
    }
}
