// SPDX-License-Identifier: Apache-2.0

internal import HTTPSupport
internal import HTTPTypes
internal import NIOCore
internal import TextEncoding

/// The icons of the node as pixels, for programs that do not take the drawing, and the manifest that lists them.
///
/// Spec: the WHATWG HTML standard (`rel=icon`, `/favicon.ico`); Web Application Manifest.
enum Icons {
    /// One icon. The raw value is its file name.
    enum Icon: String, CaseIterable, Sendable {
        case small = "icon-192.png"
        case large = "icon-512.png"
        case maskable = "icon-maskable-512.png"
    }

    /// The icons under addresses that change with their content.
    static let assets = StaticAssets([
        .init(name: Icon.small.rawValue, contentType: "image/png", bytes: bytes(IconBytes.small)),
        .init(name: Icon.large.rawValue, contentType: "image/png", bytes: bytes(IconBytes.large)),
        .init(name: Icon.maskable.rawValue, contentType: "image/png", bytes: bytes(IconBytes.maskable)),
    ])

    /// The path of an icon.
    static func path(_ icon: Icon) -> String { assets.path(icon.rawValue) }

    /// The path of the icon for the home screen. Telephones ask for it under this name also where no page names it.
    static let touchPath = "/apple-touch-icon.png"

    static let routes: [Route] = [
        fixed("/favicon.ico", "image/x-icon", IconBytes.favicon), fixed(touchPath, "image/png", IconBytes.touch),
    ]

    private static func fixed(_ path: String, _ type: String, _ text: String) -> Route {
        let body = ByteBuffer(bytes: bytes(text))
        return .document(path) { _, _ in
            Responses.bytes(
                body, contentType: type, status: .ok, headers: [.cacheControl: "public, max-age=86400"])
        }
    }

    private static func bytes(_ text: String) -> [UInt8] { Base64.decode(text.utf8) ?? [] }
}
