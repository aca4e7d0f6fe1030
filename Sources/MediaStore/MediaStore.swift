// SPDX-License-Identifier: Apache-2.0

internal import Limits
public import Model

// From a stranger's bytes to files that are shown. A file is taken in under a random name and its first bytes looked
// at; a child process converts it in a folder of its own; what the child wrote is moved to the finished files under
// other random names. Nothing that the sender says becomes part of a path, a command or a type.

/// A file that was taken in and is not converted yet.
public struct AcceptedFile: Sendable, Hashable {
    /// The name under which it waits.
    public let source: String
    /// What it is.
    public let kind: FileKind
    /// Bytes.
    public let size: Int
}

/// Takes files in, converts and keeps them.
public struct MediaStore: Sendable {
    /// What a portrait is for.
    public enum Portrait: Sendable, CaseIterable {
        /// The face of an account: 400 × 400.
        case avatar
        /// The banner above it: 1500 × 500.
        case header

        var size: PixelSize {
            switch self {
            case .avatar: PixelSize(width: 400, height: 400)
            case .header: PixelSize(width: 1_500, height: 500)
            }
        }
    }

    /// How old a file may become that a crash left in one of the working folders, in seconds.
    private static let leftoverSeconds = 2 * 86_400

    private let root: String
    private let files: any MediaFiles
    /// Two conversions at once; each is a process that uses a core.
    private let conversions = AsyncSemaphore<Unkeyed>(limit: 2, waiterLimit: 1_000)

    /// Opens a folder; it is made when it is missing, with the folders above it.
    public init(path: String) throws(MediaError) {
        root = LocalFile.absolute(path)
        files = MediaFolder(root: "\(root)/files")
        for name in ["files", "incoming", "jobs", "spool"] { try LocalFile.makeFolder("\(root)/\(name)") }
    }

    /// Where a server may write what it receives; in one file system with the rest.
    public var spoolFolder: String { "\(root)/spool" }

    // MARK: - In

    /// Takes a file in.
    ///
    /// - Throws: `.unsupported`, `.tooLarge`; nothing is kept then.
    public func accept(_ upload: Upload) async throws(MediaError) -> AcceptedFile {
        switch upload {
        case .bytes(let bytes):
            let kind = try Self.kind(head: bytes.prefix(FileKind.needed), size: bytes.count)
            let source = MediaName.token()
            try LocalFile.write(bytes, to: "\(root)/incoming/\(source)")
            return AcceptedFile(source: source, kind: kind, size: bytes.count)
        case .file(let path):
            defer { LocalFile.remove(path) }
            guard let size = LocalFile.size(path) else { throw .unavailable("no file") }
            let kind = try Self.kind(head: try LocalFile.bytes(path, limit: FileKind.needed)[...], size: size)
            let source = MediaName.token()
            try LocalFile.move(path, to: "\(root)/incoming/\(source)")
            return AcceptedFile(source: source, kind: kind, size: size)
        }
    }

    private static func kind(head: ArraySlice<UInt8>, size: Int) throws(MediaError) -> FileKind {
        guard let kind = FileKind(head: head) else { throw .unsupported }
        guard size <= kind.limitBytes else { throw .tooLarge }
        return kind
    }

    /// Converts what was taken in and keeps the result; the file itself stays until ``discard(source:)``.
    public func convert(_ source: String) async throws(MediaError) -> ConvertedMedia {
        try await work(on: source) { (process, kind) async throws(MediaError) in
            kind.isImage
                ? try await ImageConverter(process: process, kind: kind).convert()
                : try await FilmConverter(process: process, kind: kind).convert()
        }
    }

    /// Makes a portrait of a picture, and keeps it.
    public func makePortrait(_ portrait: Portrait, of source: String) async throws(MediaError) -> ConvertedMedia {
        try await work(on: source) { (process, kind) async throws(MediaError) in
            guard kind.isImage else { throw .unsupported }
            return try await ImageConverter(process: process, kind: kind).convert(.fill(portrait.size))
        }
    }

    /// Takes a picture in that stands for something else, and keeps it as a smaller one.
    ///
    /// - Throws: as ``accept(_:)`` and ``convert(_:)``, `.unsupported` for what is no picture; nothing is kept then.
    public func makePreview(_ upload: Upload) async throws(MediaError) -> MediaPreview {
        let accepted = try await accept(upload)
        defer { discard(source: accepted.source) }
        let made = try await work(on: accepted.source) { (process, kind) async throws(MediaError) in
            guard kind.isImage else { throw .unsupported }
            return try await ImageConverter(process: process, kind: kind).convertPreview()
        }
        return MediaPreview(
            file: made.file.description, width: made.measures.previewWidth ?? 1,
            height: made.measures.previewHeight ?? 1, blurhash: made.blurhash)
    }

    private typealias Work = @Sendable (ChildProcess, FileKind) async throws(MediaError) -> Conversion

    private func work(on source: String, _ body: Work) async throws(MediaError) -> ConvertedMedia {
        guard MediaName.isToken(source.utf8) else { throw .unavailable("no such file") }
        let path = "\(root)/incoming/\(source)"
        let head = try LocalFile.bytes(path, limit: FileKind.needed)
        let kind = try Self.kind(head: head[...], size: LocalFile.size(path) ?? 0)
        let folder = "\(root)/jobs/\(MediaName.token())"
        try LocalFile.makeFolder(folder)
        defer { LocalFile.removeFolder(folder) }
        try LocalFile.link(path, to: "\(folder)/input")
        return try await keep(try await convert(in: folder, kind, body), in: folder)
    }

    /// Converts as soon as there is a place.
    private func convert(
        in folder: String, _ kind: FileKind, _ body: Work
    ) async throws(MediaError) -> Conversion {
        do throws(SemaphoreError) {
            try await conversions.acquire(.all)
        } catch {
            throw .unavailable("no place to convert a file: \(error)")
        }
        defer { conversions.release(.all) }
        return try await body(ChildProcess(folder: folder), kind)
    }

    private func keep(_ conversion: Conversion, in folder: String) async throws(MediaError) -> ConvertedMedia {
        guard let name = MediaName.make(mediaType: conversion.mediaType),
            let size = LocalFile.size("\(folder)/\(conversion.file)")
        else { throw .unavailable("no result") }
        var preview: MediaName?
        if let small = conversion.preview, let name = MediaName.make(mediaType: small.mediaType) {
            try await files.keep("\(folder)/\(small.file)", as: name)
            preview = name
        }
        do throws(MediaError) {
            try await files.keep("\(folder)/\(conversion.file)", as: name)
        } catch {
            if let preview { try await files.remove(preview) }
            throw error
        }
        return ConvertedMedia(
            kind: conversion.kind, file: name, preview: preview, size: size, measures: conversion.measures,
            blurhash: conversion.blurhash)
    }

    // MARK: - Out

    /// Opens a finished file; nil when there is none.
    public func open(_ name: MediaName) async throws(MediaError) -> (any StoredFile)? {
        try await files.open(name)
    }

    /// Removes a finished file; none is as good.
    public func remove(_ name: MediaName) async throws(MediaError) {
        try await files.remove(name)
    }

    /// Removes what was taken in; none is as good.
    public func discard(source: String) {
        guard MediaName.isToken(source.utf8) else { return }
        LocalFile.remove("\(root)/incoming/\(source)")
    }

    /// Removes a file that a server has received and nobody has taken in; none is as good.
    public static func removeSpooled(_ path: String) {
        LocalFile.remove(path)
    }

    /// Removes what a crash left in the working folders.
    public func sweep() {
        for folder in ["incoming", "jobs", "spool"] {
            for name in LocalFile.names(in: "\(root)/\(folder)") {
                let path = "\(root)/\(folder)/\(name)"
                guard let age = LocalFile.age(path), age > Self.leftoverSeconds else { continue }
                LocalFile.remove(path)
                LocalFile.removeFolder(path)
            }
        }
    }
}
