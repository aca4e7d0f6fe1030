// SPDX-License-Identifier: Apache-2.0

import Markup
import Model
import Testing

@Suite("Pictures in a text")
struct InlinePictureTests {
    private func read(_ html: String, room: Int, known: [String] = []) -> (String, [String]) {
        var pictures = InlinePictures(room: room, known: known)
        let text = Sanitizer.sanitize(html, pictures: &pictures).string
        return (text, pictures.found.map { "\($0.address) \($0.description)" })
    }

    @Test("go to the caller, and beyond its room become links with their words")
    func room() {
        let html =
            "<p>a<img src='https://a.test/1.png' alt='One'>b<img src='https://a.test/2.png' alt='Two\n cats'>c</p>"
        let (text, found) = read(html, room: 1)
        #expect(found == ["https://a.test/1.png One"])
        #expect(text.hasPrefix("<p>ab<a href=\"https://a.test/2.png\""))
        #expect(text.hasSuffix(">Two cats</a>c</p>"))
    }

    @Test("without words are named by their file")
    func nameless() {
        #expect(read("<img src='https://a.test/x/cat.png?w=3' alt=''>", room: 0).0.contains(">cat.png</a>"))
    }

    @Test("that the caller knows are not repeated, whatever size their address asks for")
    func known() {
        let html = "<img src='https://a.test/1.png?resize=5'><img src='https://a.test/p.php?id=2'>"
        let (text, found) = read(html, room: 9, known: ["https://a.test/1.png?fit=9", "https://a.test/p.php?id=1"])
        #expect(text.isEmpty)
        #expect(found == ["https://a.test/p.php?id=2 "])
    }

    @Test(
        "that are signs, or have no address to link, leave their words",
        arguments: [
            ("<p>a <img class='wp-smiley' src='https://a.test/s.png' alt='🙂'></p>", "<p>a 🙂</p>"),
            ("<p><img src='https://a.test/e.png' alt=':cup:'></p>", "<p>:cup:</p>"),
            ("<p><img src='data:image/png;base64,x' alt='A cat'></p>", "<p>A cat</p>"),
            ("<p>x<img src='https://a.test/pixel.gif' width='1' height='1' alt=''></p>", "<p>x</p>"),
            ("<picture><source srcset='x'><img alt='A cat'></picture>", "<p>A cat</p>"),
            ("<img src=x onerror=alert(1)>", ""),
        ])
    func signs(html: String, expected: String) {
        let (text, found) = read(html, room: 9)
        #expect(text == expected)
        #expect(found.isEmpty)
    }

    @Test("inside of a link give it their words")
    func linked() {
        let (text, _) = read("<p><a href='https://a.test/'><img src='https://a.test/1.png' alt='One'></a></p>", room: 0)
        #expect(text.contains("href=\"https://a.test/\"") && text.contains(">One</a>") && !text.contains("1.png"))
    }
}
