// SPDX-License-Identifier: Apache-2.0

internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

/// Static files that are part of the program: style sheets, scripts, pictures.
///
/// Their URLs contain a hash of their content. So browsers may cache them for ever, and a new version has a new URL.
public struct StaticAssets: Sendable {
    /// One file.
    public struct Asset: Sendable {
        /// For example `style.css`.
        public var name: String
        /// For example `text/css; charset=utf-8`.
        public var contentType: String
        /// Its content.
        public var bytes: [UInt8]

        /// Creates the value.
        public init(name: String, contentType: String, bytes: [UInt8]) {
            self.name = name
            self.contentType = contentType
            self.bytes = bytes
        }
    }

    private let assets: [Asset]
    private let paths: [String: String]

    /// - Parameter assets: the files; their names are unique.
    public init(_ assets: [Asset]) {
        self.assets = assets
        paths = Dictionary(
            assets.map { ($0.name, "/assets/\(Self.hashed($0))") }, uniquingKeysWith: { first, _ in first })
    }

    /// The path of a file; `/` when there is no such file.
    public func path(_ name: String) -> String { paths[name] ?? "/" }

    /// One route for each file.
    public var routes: [Route] {
        assets.map { asset in
            let headers: HTTPFields = [.cacheControl: "public, max-age=31536000, immutable"]
            let plain = Responses.bytes(
                ByteBuffer(bytes: asset.bytes), contentType: asset.contentType, status: .ok, headers: headers)
            let forms = Self.forms(of: plain, asset.bytes)
            return Route.get(path(asset.name)) { request, _ in
                Compression.isWanted(by: request) ? forms.compressed : forms.plain
            }
        }
    }

    /// Returns the plain and the compressed response. A file that is no text has only the plain one.
    private static func forms(of plain: Response, _ bytes: [UInt8]) -> (plain: Response, compressed: Response) {
        guard Compression.suits(plain), let gzip = Gzip(bytes, effort: .always) else { return (plain, plain) }
        var forms = (plain: plain, compressed: plain)
        Vary.add("Accept-Encoding", to: &forms.plain.headers)
        Vary.add("Accept-Encoding", to: &forms.compressed.headers)
        Compression.set(gzip.bytes, on: &forms.compressed)
        return forms
    }

    /// `style.css` becomes `style-1f2e3d4c5b6a7988.css`.
    private static func hashed(_ asset: Asset) -> String {
        // FNV-1a: it only has to distinguish versions, not to resist an attacker.
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in asset.bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        let digits = String(hash, radix: 16)
        let padded = String(repeating: "0", count: 16 - digits.count) + digits
        guard let dot = asset.name.lastIndex(of: ".") else { return "\(asset.name)-\(padded)" }
        return "\(asset.name[..<dot])-\(padded)\(asset.name[dot...])"
    }
}
