// SPDX-License-Identifier: Apache-2.0

internal import HTTPSupport

/// The languages that a post may have.
enum Languages {
    /// The codes of ISO 639-1.
    private static let codes = Set(
        """
        aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el \
        en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu \
        ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na \
        nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg sh si sk sl sm sn \
        so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
        """.split(separator: " ").map(String.init))

    /// The languages that apps offer, with their own names, in the order of the names.
    static let offered: [(code: String, name: String)] = [
        ("br", "Brezhoneg"), ("ca", "Català"), ("co", "Corsu"), ("cy", "Cymraeg"), ("da", "Dansk"), ("de", "Deutsch"),
        ("et", "Eesti"), ("en", "English"), ("es", "Español"), ("eo", "Esperanto"), ("eu", "Euskara"),
        ("fr", "Français"), ("ga", "Gaeilge"), ("gl", "Galego"), ("hr", "Hrvatski"), ("id", "Bahasa Indonesia"),
        ("is", "Íslenska"), ("it", "Italiano"), ("lv", "Latviešu"), ("lt", "Lietuvių"), ("lb", "Lëtzebuergesch"),
        ("hu", "Magyar"), ("nl", "Nederlands"), ("no", "Norsk"), ("oc", "Occitan"), ("pl", "Polski"),
        ("pt", "Português"), ("ro", "Română"), ("sq", "Shqip"), ("sk", "Slovenčina"), ("sl", "Slovenščina"),
        ("fi", "Suomi"), ("sv", "Svenska"), ("vi", "Tiếng Việt"), ("tr", "Türkçe"), ("cs", "Čeština"),
        ("el", "Ελληνικά"), ("bg", "Български"), ("ru", "Русский"), ("sr", "Српски"), ("uk", "Українська"),
        ("he", "עברית"), ("ar", "العربية"), ("fa", "فارسی"), ("hi", "हिन्दी"), ("th", "ไทย"), ("ko", "한국어"),
        ("zh", "中文"), ("ja", "日本語"),
    ]

    /// Whether the first part of a language tag is a code of ISO 639: one of two letters that is known, or any of three.
    static func exists(_ tag: String) -> Bool {
        let code = tag.split(separator: "-", omittingEmptySubsequences: false).first.map { $0.lowercased() } ?? ""
        if code.utf8.count == 2 { return codes.contains(code) }
        return code.utf8.count == 3 && code.utf8.allSatisfy { (97...122).contains($0) }
    }

    static func list(_ call: APIRequest) -> APIResponse {
        APIResponse { writer in
            writer.array(offered) { writer, language in
                writer.object {
                    $0.field("code", language.code)
                    $0.field("name", language.name)
                }
            }
        }
    }
}
