// SPDX-License-Identifier: Apache-2.0

import HTTPSupport
import HTTPTypes
import Hummingbird
import NIOCore
import Testing

@Suite("Forms")
struct FormTests {
    private func request(_ body: String, _ type: String = "application/x-www-form-urlencoded") -> Request {
        let head = HTTPRequest(
            method: .post, scheme: "http", authority: "cafe.example", path: "/write", headerFields: [.contentType: type]
        )
        return Request(head: head, body: RequestBody(buffer: ByteBuffer(string: body)))
    }

    private func refusal(of body: () async throws -> Form) async -> RequestError? {
        do {
            _ = try await body()
            return nil
        } catch {
            return error as? RequestError
        }
    }

    @Test("fields are read, with plus, escapes and line ends")
    func fields() async throws {
        let form = try await Form(request("a=1&b=x+y%20z&c=%C3%A9&d=l%0D%0Am%0Dn&empty=&bare"))
        #expect(form["a"] == "1")
        #expect(form["b"] == "x y z")
        #expect(form["c"] == "é")
        #expect(form["d"] == "l\nm\nn")
        #expect(form["empty"].isEmpty && form.has("empty"))
        #expect(form.has("bare") && !form.has("missing"))
        #expect(form["missing"].isEmpty)
    }

    @Test("a field that comes twice is refused unless it is a list")
    func duplicates() async throws {
        #expect(await refusal { try await Form(request("a=1&a=2")) } == .malformed(code: "duplicate_field"))
        let form = try await Form(request("a=1&a=2"), lists: ["a"])
        #expect(form.values("a") == ["1", "2"])
    }

    @Test(
        "what is not a form is refused",
        arguments: [
            ("a=%", .malformed(code: "malformed_form")), ("a=%zz", .malformed(code: "malformed_form")),
            ("a=%FF", .malformed(code: "malformed_form")), ("a=%00", .malformed(code: "malformed_form")),
        ] as [(String, RequestError)])
    func broken(body: String, expected: RequestError) async {
        #expect(await refusal { try await Form(request(body)) } == expected)
    }

    @Test("other media types are refused", arguments: ["", "application/json", "text/plain", "multipart/form-data"])
    func types(type: String) async {
        #expect(await refusal { try await Form(request("a=1", type)) } == .unsupportedMediaType)
    }

    @Test("a form too large or with too many fields is refused")
    func limits() async {
        let large = "a=" + String(repeating: "x", count: 70_000)
        #expect(await refusal { try await Form(request(large)) } == .tooLarge)
        let many = (0..<300).map { "f\($0)=1" }.joined(separator: "&")
        #expect(await refusal { try await Form(request(many)) } == .malformed(code: "too_many_fields"))
    }

    private static let type = "multipart/form-data; boundary=XX"

    private static func part(_ disposition: String, _ value: String) -> String {
        "--XX\r\nContent-Disposition: form-data; \(disposition)\r\n\r\n\(value)\r\n"
    }

    @Test("a multipart form is read, and its empty file fields are left out")
    func multipart() async throws {
        let body =
            Self.part("name=\"a\"", "1\r\n2") + Self.part("name=\"f\"; filename=\"\"", "") + Self.part("name=b", "")
            + "--XX--\r\n"
        let form = try await Form(request(body, Self.type))
        #expect(form["a"] == "1\n2")
        #expect(form.has("b") && !form.has("f"))
    }

    @Test(
        "a broken multipart form is refused",
        arguments: [
            "", "--XX", "--XX\r\n", "--XX--x", "--YY\r\n\r\n\r\n--YY--", "--XX\r\n--XX--", "--XX\r\n\r\n--XX--",
            "--XX\r\nContent-Disposition: form-data\r\n\r\nx\r\n--XX--",
            "--XX\r\nContent-Disposition: form-data; name=a\r\n\r\nx",
        ])
    func brokenMultipart(body: String) async {
        let error = await refusal { try await Form(request(body, Self.type)) }
        #expect(body == "--XX--x" ? error == nil : error == .malformed(code: "malformed_form"))
    }

    @Test("a multipart form in memory is read as the stream reads it, whatever its length")
    func longMultipart() async throws {
        let parts = (0..<150).map { Self.part("name=\"f\($0)\"", String(repeating: "é\r\n--XY", count: $0 * 10)) }
        let body = "preamble\r\n" + parts.joined() + "--XX--\r\nepilogue"
        let form = try await Form(request(body, Self.type + "; charset=utf-8"), limit: 2_000_000)
        for number in 0..<150 {
            #expect(form["f\(number)"] == String(repeating: "é\n--XY", count: number * 10))
        }
        let quoted = Self.part(#"name="a\"b;c"; filename="""#, "") + Self.part(#"name="a\"b;c""#, "1") + "--XX--"
        #expect(try await Form(request(quoted, "multipart/form-data; charset=x; Boundary=\"XX\""))[#"a"b;c"#] == "1")
    }

    @Test("a multipart form with too many parts is refused, before it is read to its end")
    func manyParts() async {
        let body = String(repeating: Self.part("name=a", ""), count: 300)
        let error = await refusal { try await Form(request(body, Self.type)) }
        #expect(error == .malformed(code: "too_many_fields"))
    }

    @Test(
        "a content type without a boundary that can be used is refused",
        arguments: [
            "", "; boundary=", "; boundary=\"a b\"", "; boundary=é", "; boundary=" + String(repeating: "x", count: 71),
        ])
    func boundaries(parameter: String) async {
        let body = Self.part("name=a", "1") + "--XX--"
        #expect(
            await refusal { try await Form(request(body, "multipart/form-data" + parameter)) } == .unsupportedMediaType)
    }

    @Test("a file is refused")
    func file() async {
        let body = Self.part("name=\"f\"; filename=\"a.png\"", "png") + "--XX--"
        #expect(await refusal { try await Form(request(body, Self.type)) } == .unsupportedMediaType)
    }

    @Test("a query with broken escapes counts as empty, and of two values the first counts")
    func query() {
        #expect(Query("a=1&a=2&b=x+y")["a"] == "1")
        #expect(Query("a=1&b=x+y")["b"] == "x y")
        #expect(Query("a=%zz")["a"] == nil)
        #expect(Query("")["a"] == nil)
    }

    @Test("a cookie is read by its whole name, and two that differ are none")
    func cookies() {
        let request = Request(
            head: HTTPRequest(
                method: .get, scheme: "http", authority: "h", path: "/",
                headerFields: [.cookie: "a=1; __Host-a=2; b=3; b=4; session=x=y"]),
            body: RequestBody(buffer: ByteBuffer()))
        #expect(Cookies.read("a", request, secure: false) == "1")
        #expect(Cookies.read("a", request, secure: true) == "2")
        #expect(Cookies.read("b", request, secure: false) == nil)
        #expect(Cookies.read("session", request, secure: false) == "x=y")
        #expect(Cookies.read("c", request, secure: false) == nil)
    }

    @Test("a cookie is out of reach of scripts and other sites, and cannot end its line")
    func setCookie() {
        let secure = Cookies.header("session", "ab\r\nc; d", maxAge: .seconds(60), secure: true)
        #expect(secure == "__Host-session=abcd; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=60")
        let plain = Cookies.header("session", "", maxAge: .zero, secure: false)
        #expect(plain == "session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0")
    }
}
