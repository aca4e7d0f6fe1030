// SPDX-License-Identifier: Apache-2.0

internal import HTTPSupport

/// The style sheet. It uses no fonts, pictures or scripts of other hosts, and has a light theme, a dark theme and a
/// print version.
enum Styles {
    /// The style sheet and the icon, under file names that change with their content.
    static let assets = StaticAssets([
        .init(name: "troquet.css", contentType: "text/css; charset=utf-8", bytes: Array(sheet.utf8)),
        .init(name: "troquet.svg", contentType: "image/svg+xml", bytes: Array(Pictures.icon.utf8)),
    ])

    /// The path of the style sheet.
    static var path: String { assets.path("troquet.css") }
    /// The path of the icon.
    static var iconPath: String { assets.path("troquet.svg") }

    static let sheet = [colours, base, frame, forms, cards, places, names, rooms, paper].joined(separator: "\n")

    /// Colours of the light theme. The names say what each colour is for.
    static let day: [String: String] = [
        "paper": "#fbf8f3", "raised": "#fffdf9", "ink": "#241f1c", "soft": "#5f554c", "line": "#d9d1c5",
        "edge": "#857a6d", "slate": "#23312f", "slate-edge": "#23312f", "chalk": "#f3efe6", "dust": "#bccac4",
        "accent": "#a6432d", "accent-deep": "#8a3321", "on-accent": "#fffaf5", "green": "#2f6b4f", "amber": "#8a5a00",
        "red": "#a3241f", "on-red": "#fffaf5", "tint": "#f3ece1", "light-green": "#9fd6b7", "light-amber": "#edc46a",
    ]

    /// Colours of the dark theme.
    static let night: [String: String] = [
        "paper": "#171413", "raised": "#1f1b19", "ink": "#ece6dd", "soft": "#b5aa9d", "line": "#3a332e",
        "edge": "#8d8175", "slate": "#101716", "slate-edge": "#34443f", "chalk": "#f3efe6", "dust": "#b3c1bb",
        "accent": "#e08a6f", "accent-deep": "#eba48d", "on-accent": "#1d1210", "green": "#86c7a4", "amber": "#dba94a",
        "red": "#f0938a", "on-red": "#1d1210", "tint": "#241f1c", "light-green": "#9fd6b7", "light-amber": "#edc46a",
    ]

    private static let colours = """
        :root{color-scheme:light dark;\(variables(day))
        --serif:ui-serif,Georgia,"Times New Roman",serif;--sans:system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
        @media (prefers-color-scheme:dark){:root{\(variables(night))}}
        """

    private static func variables(_ colours: [String: String]) -> String {
        colours.sorted { $0.key < $1.key }.map { "--\($0.key):\($0.value)" }.joined(separator: ";") + ";"
    }

    /// The rules for print. They also apply to a page with the query `view=print`.
    private static let paper: String = {
        let rules: [(selector: String, style: String)] = [
            (
                ".top nav,.door,.foot,.skip,.corner ul,.no-print,.deeds,.actions,.button,.tabs,.pager,.notice,form,.rsvp",
                "display:none!important"
            ),
            (".crumbs", "display:none"),
            ("body,.sheet", "display:block;max-width:none;padding:0"), (".bar", "max-width:none;padding:0"),
            (".people", "columns:3"),
            (".top,.slate,.date,.face,.panel", "background:#fff!important;color:#000!important"),
            (".slate", "border:2px solid #000;outline:0"), (".slate *,.date *", "color:#000!important"),
            (".date,.face", "border:1px solid #000"), (".top .bar", "padding:0 0 .5rem"),
            (".printed", "display:block"), (".card", "break-inside:avoid"), ("main a", "color:#000"),
            (".words a::after", "content:\" (\" attr(href) \")\";font-size:.85em;word-break:break-all"),
            (".words a.mention::after,.words a.hashtag::after", "content:\"\""),
            (".poster h1", "font-size:3.6rem"), (".poster .when", "font-size:1.6rem"),
            (".poster .where", "font-size:1.4rem"), (".poster .date", "width:8rem"),
            (".poster .date .day", "font-size:4rem"), (".poster~.words", "font-size:1.3rem;max-width:none"),
            ("aside.side", "margin-top:1rem"), (".side .panel", "break-inside:avoid"), (".sheet", "gap:1rem"),
            (".code-of", "display:flex"), (".box", "display:inline-block"), (".guests li", "break-inside:avoid"),
            (".guests .who", "min-height:1.9rem"),
            // Numbers of seats are outdated as soon as they are printed.
            (".states .seats,.states .free,.states .full", "display:none"),
            // A month of the agenda on one sheet: two columns of short cards. The month is in the heading.
            (".month-of", "margin-bottom:1rem"), (".month-of h2", "break-after:avoid"),
            (".month-of .list", "columns:2;column-gap:1.25rem"),
            (".month-of .card", "padding:.25rem 0;border-bottom:0;gap:0 .5rem"),
            (".month-of .card h3", "font-size:.95rem;margin:0"),
            (".month-of .card p", "margin:0;font-size:.8rem;line-height:1.35"),
            (".month-of .badge", "padding:0 .4rem;font-size:.8rem"),
            (".month-of .faces,.month-of .month", "display:none"),
            (".month-of .date", "display:block;width:4rem;min-height:0;padding:0;border:0;text-align:left"),
            (".month-of .date .day", "font-size:1rem"),
            (".month-of .date .hour", "display:block;width:auto;margin:0;padding:0;border:0"),
        ]
        let printed = rules.map { "\($0.selector){\($0.style)}" }.joined(separator: "\n")
        let shown = rules.map { rule in
            let selectors = rule.selector.split(separator: ",").map { ".on-paper \($0)" }.joined(separator: ",")
            return "\(selectors){\(rule.style)}"
        }
        let black = """
            background:#fff;color:#000;--paper:#fff;--raised:#fff;--tint:#fff;--ink:#000;--soft:#333;--line:#999;\
            --edge:#666;--accent:#000;--green:#000;--amber:#000;--red:#000
            """
        return """
            .on-paper{\(black);padding:1rem}
            .on-paper .paper-only{display:block}
            \(shown.joined(separator: "\n"))
            @media print{@page{margin:15mm}
            html{font-size:11pt}body{\(black)}
            .on-paper .paper-only{display:none}
            \(printed)
            .on-paper{padding:0}}
            """
    }()
}
