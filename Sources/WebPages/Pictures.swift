// SPDX-License-Identifier: Apache-2.0

/// Drawings as inline SVG. They have one colour, the colour of the surrounding text.
enum Pictures {
    /// The logo: a cup on its saucer, seen from the counter.
    static let logo: HTML = """
        <svg class="logo" viewBox="0 0 32 32" width="32" height="32" aria-hidden="true" focusable="false" fill="none"
        stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">
        <path d="M7 11h15v6a7 7 0 0 1-7 7h-1a7 7 0 0 1-7-7z"/><path d="M22 13h2a3 3 0 0 1 0 6h-2.400"/>
        <path d="M4 28h21"/><path d="M11.500 7.500c-1-1.500 1-2.500 0-4M16.500 7.500c-1-1.500 1-2.500 0-4"/></svg>
        """

    /// The logo on a dark background, for the browser's tab.
    static let icon = """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40"><rect width="40" height="40" rx="8" fill="#23312f"/>\
        <g transform="translate(5 4)" fill="none" stroke="#f3efe6" stroke-width="2.2" stroke-linecap="round" \
        stroke-linejoin="round"><path d="M7 11h15v6a7 7 0 0 1-7 7h-1a7 7 0 0 1-7-7z"/>\
        <path d="M22 13h2a3 3 0 0 1 0 6h-2.4"/><path d="M4 28h21"/>\
        <path d="M11.5 7.500c-1-1.500 1-2.500 0-4M16.500 7.500c-1-1.500 1-2.500 0-4"/></g></svg>
        """

    /// The drawing for an empty agenda: a slate on its easel.
    static let emptySlate = drawing(
        """
        <path d="M30 14h60v42H30z"/><path d="M36 20h48v30H36z" opacity=".4"/><path d="M44 30h22M44 38h14"/>
        <path d="M40 56l-8 22M80 56l8 22M34 72h52"/><path d="M74 46l6-6" stroke-width="3"/>
        """)

    /// The drawing for an empty list of discussions: two cups, face to face.
    static let emptyCounter = drawing(
        """
        <path d="M22 42h26v8a12 12 0 0 1-12 12h-2a12 12 0 0 1-12-12z"/><path d="M22 45h-3a5 5 0 0 0 0 10h4"/>
        <path d="M72 42h26v8a12 12 0 0 1-12 12h-2a12 12 0 0 1-12-12z"/><path d="M98 45h3a5 5 0 0 1 0 10h-4"/>
        <path d="M31 34c-2-3 2-5 0-8M39 34c-2-3 2-5 0-8M81 34c-2-3 2-5 0-8M89 34c-2-3 2-5 0-8" opacity=".6"/>
        <path d="M10 70h100"/>
        """)

    /// The drawing for an empty list of networks: two houses and a thread between them.
    static let emptyNetwork = drawing(
        """
        <path d="M14 68V44l16-12 16 12v24z"/><path d="M26 68V56h8v12"/><path d="M74 68V44l16-12 16 12v24z"/>
        <path d="M86 68V56h8v12"/><path d="M34 26c10-14 42-14 52 0" stroke-dasharray="1 5"/><path d="M6 68h108"/>
        """)

    /// The drawing for a page that does not exist: an empty chair at the table.
    static let emptyChair = drawing(
        """
        <path d="M24 36h44M46 36v36M34 72h24"/><path d="M100 16c-2 10-1 20-2 30v26M98 46H78v26"/><path d="M12 76h98" opacity=".4"/><path d="M34 28h10v4a5 5 0 0 1-10 0z"/>
        """)

    /// Icons for the five menu items. They are shown on a phone, where the menu is at the bottom.
    static let home = sign("<path d=\"M4 11l8-7 8 7v9H4z\"/><path d=\"M10 20v-6h4v6\"/>")
    static let agenda = sign("<path d=\"M4 6h16v14H4zM4 10h16M8 3v4M16 3v4\"/>")
    static let talk = sign("<path d=\"M4 5h16v11H10l-4 4v-4H4z\"/>")
    static let people = sign(
        "<circle cx=\"9\" cy=\"9\" r=\"3\"/><path d=\"M3 20c0-4 3-6 6-6s6 2 6 6\"/><path d=\"M15 6.200a3 3 0 0 1 0 5.600M17 14.500c2.500.5 4 2.500 4 5.500\"/>"
    )
    static let network = sign(
        "<circle cx=\"6\" cy=\"12\" r=\"2.500\"/><circle cx=\"18\" cy=\"6\" r=\"2.500\"/><circle cx=\"18\" cy=\"18\" r=\"2.500\"/><path d=\"M8.300 11l7.400-3.800M8.300 13l7.400 3.800\"/>"
    )

    /// The bell icon beside the person's avatar.
    static let bell = sign("<path d=\"M6 17v-6a6 6 0 0 1 12 0v6l2 2H4z\"/><path d=\"M10 21.500h4\"/>")

    /// The glass beside the person's menu.
    static let search = sign(
        "<path d=\"M15.500 15.500L20 20\"/><path d=\"M4 10.500a6.500 6.500 0 1 0 13 0a6.500 6.500 0 1 0-13 0\"/>")

    private static func drawing(_ shapes: HTML) -> HTML {
        """
        <svg class="drawing" viewBox="0 0 120 84" width="180" height="126" aria-hidden="true" focusable="false"
        fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">\(shapes)</svg>
        """
    }

    private static func sign(_ shapes: HTML) -> HTML {
        """
        <svg class="sign" viewBox="0 0 24 24" width="22" height="22" aria-hidden="true" focusable="false" fill="none"
        stroke="currentColor" stroke-width="1.700" stroke-linecap="round" stroke-linejoin="round">\(shapes)</svg>
        """
    }
}
