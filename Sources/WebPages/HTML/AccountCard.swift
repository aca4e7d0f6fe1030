// SPDX-License-Identifier: Apache-2.0

internal import Model

extension Account {
    /// The path of the account's page on this node, for local and remote accounts.
    var path: String {
        guard isLocal else { return "/accounts/\(id)" }
        return isGroup ? "/groups/\(username)" : "/users/\(username)"
    }

    /// The first word of the name, for narrow places.
    var firstName: String {
        shownName.split(separator: " ").first.map(String.init) ?? shownName
    }

    /// `@name@host`, also for a local account: the handle by which other servers find it.
    func fullHandle(_ community: Community) -> String {
        "@\(username)@\(isLocal ? community.authority : host)"
    }
}

/// Shows accounts: avatar and name.
enum AccountCard {
    /// The size of an avatar.
    enum Size: String {
        case small, medium, large
    }

    /// Returns the avatar: the picture if it was uploaded to this node, else initials on a colour that is always the
    /// same for the account. Pictures on other hosts are not shown, because a request for them would tell these hosts
    /// who reads the page.
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

    /// Returns avatar and name as a link to the account's page.
    static func link(_ account: Account) -> HTML {
        "<a class=\"who\" href=\"\(account.path)\">\(avatar(account, .small))<span>\(account.shownNameHTML)</span></a>"
    }

    /// Returns avatars in a row. Each has the name of the account for screen readers.
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

    /// Returns avatars in a row without links, for a card that is itself a link. Screen readers read the names.
    static func avatarsWithoutLinks(_ accounts: [Account], label: String) -> HTML {
        guard !accounts.isEmpty else { return .nothing }
        let names = accounts.map(\.firstName).joined(separator: ", ")
        return """
            <span class="faces"><span class="unseen">\(label) \(names)</span>\(accounts.map { avatar($0, .small) })</span>
            """
    }

    /// Returns the card of an account in a list.
    ///
    /// - Parameter deeds: the buttons below the account.
    static func card(
        _ account: Account, _ visit: Visit, heading: Heading = .second, deeds: HTML = .nothing
    ) -> HTML {
        let summary = account.summary.plainText(limit: 140)
        let handle = account.isLocal ? account.handle.description : account.fullHandle(visit.community)
        return """
            <li class="card person">\(avatar(account))
            <div>\(heading.wrap("<a href=\"\(account.path)\">\(account.shownNameHTML)</a>"))
            <p class="meta">\(handle)</p>
            \(when(!summary.isEmpty, "<p>\(EmojiText.html(summary, known: account.emojis, of: account))</p>"))\(deeds)</div></li>
            """
    }

    private static func initials(_ account: Account) -> String {
        let words = account.shownName.split { !$0.isLetter && !$0.isNumber }
        // "Café des freelances · Lyon" becomes CL: words that begin with a small letter are skipped, unless there are
        // no others.
        let large = words.filter { $0.first?.isLowercase == false }
        let letters = (large.isEmpty ? words : large).prefix(2).compactMap(\.first)
        return letters.isEmpty ? "·" : String(letters).uppercased()
    }

    /// Returns a number in 0 ..< 8. It is computed from the handle, so that neither a restart nor another display name
    /// changes it.
    private static func tone(of account: Account) -> Int {
        var sum: UInt32 = 2_166_136_261
        for byte in account.handle.description.lowercased().utf8 { sum = (sum ^ UInt32(byte)) &* 16_777_619 }
        return Int(sum >> 7 & 7)
    }
}
