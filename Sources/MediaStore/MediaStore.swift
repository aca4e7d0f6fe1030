// SPDX-License-Identifier: Apache-2.0

internal import Limits
public import Model
internal import Storage

// How an uploaded file becomes files that are shown: it is saved under a random name and its first bytes are checked. A
// child process converts it in a folder of its own. The files that the child wrote are moved to the storage under new
// random names. Nothing that the client sends becomes part of a path, a command or a media type.

/// A file that was uploaded and is not converted yet.
public struct AcceptedFile: Sendable, Hashable {
    /// The name of the file in the folder `incoming`.
    public let source: String
    /// The kind of file.
    public let kind: FileKind
    /// The size in bytes.
    public let size: Int
}

/// Accepts uploaded files, converts and stores them.
public struct MediaStore: Sendable {
    /// The two pictures of a profile.
    public enum ProfileImage: Sendable, CaseIterable {
        /// The avatar of an account: 400 × 400.
        case avatar
        /// The header picture above it: 1500 × 500.
        case header

        var size: PixelSize {
            switch self {
            case .avatar: PixelSize(width: 400, height: 400)
            case .header: PixelSize(width: 1_500, height: 500)
            }
        }
    }

    /// The age in seconds after which a file that a crash left in a working folder is removed.
    private static let leftoverSeconds = 2 * 86_400

    private let root: String
    private let files: any MediaFiles
    private let sandbox: SandboxTrial
    /// Two conversions run at the same time; each is a process that uses one CPU core.
    private let conversions = AsyncSemaphore<Unkeyed>(limit: 2, waiterLimit: 1_000)

    /// Opens the folder of the media store. It is created with its parent folders when it is missing.
    ///
    /// - Parameter sandbox: whether the programs that decode uploads run in a sandbox.
    public init(path: String, sandbox: MediaSandbox = .auto) throws(MediaError) {
        root = LocalFile.absolute(path)
        files = MediaFolder(root: "\(root)/files")
        self.sandbox = SandboxTrial(mode: sandbox, hidden: "\(root)/incoming", jobs: "\(root)/jobs")
        for name in ["files", "incoming", "jobs", "spool"] { try LocalFile.makeFolder("\(root)/\(name)") }
    }

    /// The folder where the HTTP server writes an upload while it receives it. It is on the same file system as the
    /// rest.
    public var spoolFolder: String { "\(root)/spool" }

    // MARK: - In

    /// Accepts an uploaded file.
    ///
    /// - Throws: `.unsupported` or `.tooLarge`; then nothing is stored.
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

    /// Converts an accepted file and stores the result. The accepted file stays until ``discard(source:)``.
    public func convert(_ source: String) async throws(MediaError) -> ConvertedMedia {
        try await work(on: source) { (process, kind) async throws(MediaError) in
            kind.isImage
                ? try await ImageConverter(process: process, kind: kind).convert()
                : try await VideoConverter(process: process, kind: kind).convert()
        }
    }

    /// Makes an avatar or header picture, and stores it.
    public func makeProfileImage(
        _ profileImage: ProfileImage, of source: String
    ) async throws(MediaError) -> ConvertedMedia {
        try await work(on: source) { (process, kind) async throws(MediaError) in
            guard kind.isImage else { throw .unsupported }
            return try await ImageConverter(process: process, kind: kind).convert(.fill(profileImage.size))
        }
    }

    /// Accepts a picture as the preview of another file, and stores a small version of it.
    ///
    /// - Throws: the errors of ``accept(_:)`` and ``convert(_:)``, and `.unsupported` for a file that is no picture;
    ///   then nothing is stored.
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

    /// Accepts the picture of a custom emoji, and stores a small version of it.
    ///
    /// - Throws: the errors of ``accept(_:)`` and ``convert(_:)``, and `.unsupported` for a file that is no picture;
    ///   then nothing is stored.
    public func makeEmoji(_ upload: Upload) async throws(MediaError) -> MediaName {
        let accepted = try await accept(upload)
        defer { discard(source: accepted.source) }
        let made = try await work(on: accepted.source) { (process, kind) async throws(MediaError) in
            guard kind.isImage else { throw .unsupported }
            return try await ImageConverter(process: process, kind: kind).convertEmoji()
        }
        return made.file
    }

    private typealias Work = @Sendable (ChildProcess, FileKind) async throws(MediaError) -> Conversion

    private func work(on source: String, _ body: Work) async throws(MediaError) -> ConvertedMedia {
        guard MediaName.isToken(source.utf8) else { throw .unavailable("no such file") }
        let path = "\(root)/incoming/\(source)"
        let head = try LocalFile.bytes(path, limit: FileKind.needed)
        let kind = try Self.kind(head: head[...], size: LocalFile.size(path) ?? 0)
        let folder = "\(root)/jobs/\(LeaseHolder.thisProcess.number)-\(MediaName.token())"
        try LocalFile.makeFolder(folder)
        defer { LocalFile.removeFolder(folder) }
        try LocalFile.link(path, to: "\(folder)/input")
        return try await keep(try await convert(in: folder, kind, body), in: folder)
    }

    /// Converts as soon as the semaphore admits one more conversion.
    private func convert(
        in folder: String, _ kind: FileKind, _ body: Work
    ) async throws(MediaError) -> Conversion {
        do throws(SemaphoreError) {
            try await conversions.acquire(.all)
        } catch {
            throw .unavailable("no place to convert a file: \(error)")
        }
        defer { conversions.release(.all) }
        return try await body(ChildProcess(folder: folder, isSandboxed: try await sandbox.isSandboxed()), kind)
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

    /// Removes a finished file. A missing file is no error.
    public func remove(_ name: MediaName) async throws(MediaError) {
        try await files.remove(name)
    }

    /// Removes an accepted file. A missing file is no error.
    public func discard(source: String) {
        guard MediaName.isToken(source.utf8) else { return }
        LocalFile.remove("\(root)/incoming/\(source)")
    }

    /// Removes an upload that the HTTP server received and no endpoint accepted. A missing file is no error.
    public static func removeSpooled(_ path: String) {
        LocalFile.remove(path)
    }

    /// Removes the folders of jobs whose process is dead. The name of such a folder begins with the number of its
    /// process.
    ///
    /// - Parameter living: the processes that may have jobs, in addition to this one.
    func removeJobs(except living: Set<LeaseHolder>) {
        let numbers = Set(living.union([.thisProcess]).map { Substring(String($0.number)) })
        for name in LocalFile.names(in: "\(root)/jobs") where !numbers.contains(name.prefix { $0 != "-" }) {
            LocalFile.removeFolder("\(root)/jobs/\(name)")
        }
    }

    // MARK: - Programs

    /// Whether the programs that decode uploads run in a sandbox. It is tried once for each store.
    ///
    /// - Throws: `.unavailable` when this could not be found out now.
    public func sandboxFinding() async throws(MediaError) -> SandboxFinding {
        try await sandbox.finding()
    }

    /// Starts each program that decodes uploads, as it is started for an upload, and lets it print its version.
    ///
    /// - Throws: `.unavailable` with the name of the program that cannot be run.
    public func tryPrograms() async throws(MediaError) {
        let folder = "\(root)/jobs/\(LeaseHolder.thisProcess.number)-\(MediaName.token())"
        try LocalFile.makeFolder(folder)
        defer { LocalFile.removeFolder(folder) }
        let process = ChildProcess(folder: folder, isSandboxed: try await sandbox.isSandboxed())
        for (program, question) in [
            ("vipsheader", "--version"), ("vipsthumbnail", "--version"), ("ffmpeg", "-version"),
            ("ffprobe", "-version"),
        ] {
            do throws(MediaError) {
                _ = try await process.run(program, [question], .look)
            } catch {
                throw .unavailable("\(program) cannot be run")
            }
        }
    }

    /// Removes the files that a crash left in the working folders.
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
