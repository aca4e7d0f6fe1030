// SPDX-License-Identifier: Apache-2.0

internal import HTTPSupport
internal import HTTPTypes
internal import Hummingbird
internal import TextEncoding

/// The default pictures: two colours, a few hundred bytes, at the addresses that apps know.
enum MissingPictures {
    static let routes: [Route] = [
        route("/avatars/original/missing.png", avatar), route("/headers/original/missing.png", header),
    ]

    private static func route(_ path: String, _ picture: String) -> Route {
        let bytes = Base64.decode(picture.utf8) ?? []
        let headers: HTTPFields = [.cacheControl: "public, max-age=86400"]
        return .document(path) { _, _ in Responses.json(bytes, contentType: "image/png", headers: headers) }
    }

    /// A head and shoulders, 120 × 120 pixels.
    private static let avatar =
        "iVBORw0KGgoAAAANSUhEUgAAAHgAAAB4AQMAAAADqqSRAAAABlBMVEUjMS/z7+ZnQoXuAAAAv0lEQVR42u3SMRICIQwF0GW2"
        + "oOQIHMWj6dE4CkegpGCMyLIx+a6yNo46pnsN+SSZpn99YM0UlT0V5SORMhGdBE11ELbVSdhV5yf21bLhofqs26sA6CtloIFN"
        + "c/gZv/r/4Txx/rif0T5x/3gfeD9394X3h/f57sI8kB//i/OC+eL+bHNS45QD9c1FPyceXMiJTHfg4S0VVbtbQ9edH9h3F3Ed"
        + "JC6kx+FA6JVrQLBhh03P7Lhpy0677Nh5lz27fL8v6AU60ZxtN7UAAAAASUVORK5CYII="

    /// A stitched line, 360 × 120 pixels.
    private static let header =
        "iVBORw0KGgoAAAANSUhEUgAAAWgAAAB4AQMAAADlivq5AAAABlBMVEUjMS/z7+ZnQoXuAAAAKUlEQVR42u3QMQ0AAAjAMBzg"
        + "3w3COLDACUmbKVgEAAA81Fn77AIA4IYBtDoa5lnKlrkAAAAASUVORK5CYII="
}
