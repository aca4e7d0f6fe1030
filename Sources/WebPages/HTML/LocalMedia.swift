// SPDX-License-Identifier: Apache-2.0

internal import Model

/// What was handed in on this node, as pages show it.
enum LocalMedia {
    /// The path of a file of this node; nil for an address that is none of its files.
    static func path(of address: String) -> String? {
        let parts = address.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 5, parts[3] == "media", let name = parts.last, !name.isEmpty,
            name.utf8.allSatisfy({ $0 &- 0x61 < 26 || $0 &- 0x30 < 10 || $0 == UInt8(ascii: ".") })
        else { return nil }
        return "/media/\(name)"
    }

    /// A picture that leads to the whole of it, a video or a sound to play; nil for what lies elsewhere.
    static func element(_ file: Attachment) -> HTML? {
        guard file.media != nil, let path = path(of: String(describing: file.url)) else { return nil }
        let preview = file.previewURL.flatMap { Self.path(of: String(describing: $0)) }
        let width = file.measures.previewWidth.map { String($0) }
        let height = file.measures.previewHeight.map { String($0) }
        switch file.kind {
        case .image:
            return """
                <a href="\(path)"><img src="\(preview ?? path)" alt="\(file.description)" loading="lazy"\
                \("width", width)\("height", height)></a>
                """
        case .gifv, .video:
            return """
                <video src="\(path)" controls preload="none"\("poster", preview)\("width", width)\("height", height)\
                \(" loop", if: file.kind == .gifv) aria-label="\(file.description)"></video>
                """
        case .audio:
            return "<audio src=\"\(path)\" controls preload=\"none\" aria-label=\"\(file.description)\"></audio>"
        case .unknown: return nil
        }
    }
}
