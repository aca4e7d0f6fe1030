// SPDX-License-Identifier: Apache-2.0

internal import Model
internal import Services
internal import Storage

/// What other programs show of a page: messengers when somebody sends its address, and search engines.
///
/// Spec: the Open Graph protocol; schema.org.
struct Preview: Sendable {
    /// The `og:type`.
    enum Kind: String, Sendable {
        case website, article, profile
    }

    var kind = Kind.website
    /// The path of a picture on this node; nil for the icon.
    var picture: String?
    /// What the picture shows.
    var pictureText = ""
    /// What the page is about, in the words of schema.org.
    var data: JSONText?

    init(_ kind: Kind = .website) {
        self.kind = kind
    }

    /// The preview of a discussion, with the first picture of the post unless readers must first agree to see it.
    init(of view: PostView) {
        kind = .article
        guard !view.post.sensitive, view.post.warning.isEmpty else { return }
        let pictures = view.attachments.filter { $0.media != nil && $0.kind == .image }
        picture = pictures.first.flatMap { LocalMedia.path(of: String(describing: $0.url)) }
        pictureText = pictures.first?.description ?? ""
    }

    /// The preview of a person or group.
    init(of account: Account) {
        kind = .profile
        guard account.isLocal, let icon = account.icon else { return }
        picture = LocalMedia.path(of: String(describing: icon))
        pictureText = account.shownName
    }
}

extension Visit {
    /// Returns the elements in the head of a page that programs read.
    func preview(of page: Page, summary: String) -> HTML {
        let address = community.address + (page.canonical ?? address)
        let preview = page.preview
        let picture = community.address + (preview.picture ?? Icons.path(.large))
        return """
            <meta property="og:type" content="\(preview.kind.rawValue)"><meta property="og:title" content="\(page.title)">
            <meta property="og:site_name" content="\(community.name)"><meta property="og:description" content="\(summary)">
            <meta property="og:url" content="\(address)"><meta property="og:locale" content="\(t.language.territory)">
            <meta property="og:image" content="\(picture)">\
            \(when(!preview.pictureText.isEmpty, "<meta property=\"og:image:alt\" content=\"\(preview.pictureText)\">"))
            <meta name="twitter:card" content="\(preview.picture != nil && preview.kind != .profile ? "summary_large_image" : "summary")">
            \(when(!page.isHidden, "<link rel=\"canonical\" href=\"\(address)\">"))
            \(when(!page.isHidden, maybe(preview.data) { HTML($0) }))
            """
    }
}

extension Language {
    /// The language with a territory, as Open Graph wants it.
    fileprivate var territory: String {
        switch self {
        case .french: "fr_FR"
        case .english: "en_GB"
        }
    }
}
