// SPDX-License-Identifier: Apache-2.0

internal import FileWriting
internal import Glibc
internal import HTTPTypes
public import Hummingbird
internal import NIOCore
internal import Synchronization
internal import TextEncoding

/// An uploaded file on disk.
public struct UploadedFile: Sendable, Hashable {
    /// The name of the form field.
    public let fieldName: String
    /// The file name that the client sent. It is never used in a path.
    public let filename: String
    /// The media type that the client sent. It is not trusted.
    public let contentType: String?
    /// The path of the file. It exists until the response is sent.
    public let path: String
    /// The size in bytes.
    public let size: Int
}

/// The fields and files of a multipart form.
public struct UploadForm: Sendable {
    /// The plain fields, in order.
    public var fields: [(name: String, value: String)] = []
    /// The files, in order. A file field without a chosen file is left out.
    public var files: [UploadedFile] = []

    /// The first file of a field.
    public func file(_ name: String) -> UploadedFile? { files.first { $0.fieldName == name } }
}

/// Why a form with files is not accepted now.
public enum UploadError: PublicError, Equatable {
    /// All uploads together have reached the limit.
    case busy
    /// The file cannot be written to disk.
    case disk

    /// The status of the response.
    public var status: HTTPResponse.Status { .serviceUnavailable }
    /// A stable code.
    public var code: String { self == .busy ? "busy" : "no_space" }
    /// The value of `Retry-After` in seconds.
    public var retryAfterSeconds: Int? { 30 }
}

/// Receives forms with files. The files are written to disk while they arrive, and are never held in memory.
///
/// A file is deleted when its request is done, unless the handler has moved it. The bytes on disk of all requests
/// together are limited.
public final class UploadReceiver: Sendable {
    /// The limits of one form.
    public struct Limits: Sendable {
        /// The most bytes of one file.
        public var fileBytes: Int
        /// The most files of one form.
        public var files: Int
        /// The most bytes of all plain fields.
        public var fieldBytes = BodyLimits.form

        /// Creates the value.
        public init(fileBytes: Int, files: Int) {
            self.fileBytes = fileBytes
            self.files = files
        }
    }

    private let folder: String
    private let ceiling: Int
    private let held = Atomic<Int>(0)

    /// - Parameters:
    ///   - folder: an existing folder for the files while their request is handled.
    ///   - ceiling: the most bytes of all requests together.
    public init(folder: String, ceiling: Int = 1 << 30) {
        self.folder = folder
        self.ceiling = ceiling
    }

    /// Whether the body of a request is `multipart/form-data`.
    public static func isForm(_ request: Request) -> Bool {
        let header = request.headers[.contentType] ?? ""
        return header.split(separator: ";").first?.trimmingSpaces.lowercased() == "multipart/form-data"
    }

    /// Receives a form, and deletes its files when `use` has returned.
    ///
    /// - Throws: ``RequestError`` for a form that is too large, malformed or of another media type; ``UploadError``;
    ///   and every error of `use`.
    public func receive<Result>(
        _ request: Request, limits: Limits, use: (UploadForm) async throws -> Result
    ) async throws -> Result {
        guard Self.isForm(request), let boundary = Multipart.boundary(of: request.headers[.contentType] ?? "") else {
            throw RequestError.unsupportedMediaType
        }
        let room = limits.fileBytes * limits.files + limits.fieldBytes + 16_384
        let announced = request.headers[.contentLength].flatMap { Int($0) } ?? 0
        guard announced <= room else { throw RequestError.tooLarge }
        var receiver = Receiver(folder: folder, limits: limits)
        var taken = 0
        defer {
            receiver.close()
            held.subtract(taken, ordering: .relaxed)
        }
        var parser = UploadParser(boundary: boundary)
        for try await part in UnbrokenBody(request.body) {
            guard part.readableBytes <= room - taken else { throw RequestError.tooLarge }
            taken += part.readableBytes
            let (_, total) = held.add(part.readableBytes, ordering: .relaxed)
            guard total <= ceiling else { throw UploadError.busy }
            try parser.take(part.readableBytesView) { event in try receiver.take(event) }
        }
        guard parser.isDone else { throw RequestError.malformed(code: "malformed_form") }
        return try await use(receiver.form)
    }
}

/// Writes the parts of one form to disk or to its fields.
private struct Receiver {
    let folder: String
    let limits: UploadReceiver.Limits
    private var files: [UploadedFile] = []
    private var fields: FieldCollector
    private var head: UploadParser.Head?
    private var file: (descriptor: Int32, path: String, size: Int)?

    init(folder: String, limits: UploadReceiver.Limits) {
        self.folder = folder
        self.limits = limits
        fields = FieldCollector(limitBytes: limits.fieldBytes)
    }

    /// The fields and files that were received so far.
    var form: UploadForm { UploadForm(fields: fields.fields, files: files) }

    mutating func take(_ event: UploadParser.Event) throws {
        switch event {
        case .part(let head):
            try fields.begin()
            self.head = head
        case .bytes(let bytes):
            head?.filename == nil ? try fields.add(bytes) : try write(bytes)
        case .partEnd: try endPart()
        case .end: return
        }
    }

    private mutating func write(_ bytes: ArraySlice<UInt8>) throws {
        if file == nil { try open() }
        guard let file else { return }
        guard bytes.count <= limits.fileBytes - file.size else { throw RequestError.tooLarge }
        do throws(FileError) {
            try AtomicFile.writeAll(bytes, to: file.descriptor)
        } catch {
            throw UploadError.disk
        }
        self.file?.size += bytes.count
    }

    private mutating func open() throws {
        guard files.count < limits.files else { throw RequestError.malformed(code: "too_many_files") }
        var generator = SystemRandomNumberGenerator()
        let path = "\(folder)/\(String(generator.next(), radix: 36))\(String(generator.next(), radix: 36))"
        let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw UploadError.disk }
        file = (descriptor, path, 0)
    }

    private mutating func endPart() throws {
        guard let head else { return }
        self.head = nil
        guard let filename = head.filename else { return try fields.end(name: head.name) }
        guard let file else { return }
        self.file = nil
        Glibc.close(file.descriptor)
        files.append(
            UploadedFile(
                fieldName: head.name, filename: String(filename.prefix(255)), contentType: head.contentType,
                path: file.path, size: file.size))
    }

    /// Closes and deletes the files that are still there.
    mutating func close() {
        if let file {
            Glibc.close(file.descriptor)
            unlink(file.path)
        }
        for file in files { unlink(file.path) }
    }
}
