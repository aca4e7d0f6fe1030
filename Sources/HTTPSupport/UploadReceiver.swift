// SPDX-License-Identifier: Apache-2.0

internal import FileWriting
internal import Glibc
internal import HTTPTypes
public import Hummingbird
internal import NIOCore
internal import Synchronization
internal import TextEncoding

/// A file of a form, on disk.
public struct UploadedFile: Sendable, Hashable {
    /// The name of its field.
    public let fieldName: String
    /// What its sender calls it; never part of a path.
    public let filename: String
    /// What its sender takes it for; nobody believes it.
    public let contentType: String?
    /// Where it lies, until the request is answered.
    public let path: String
    /// Bytes.
    public let size: Int
}

/// The fields and files of a form.
public struct UploadForm: Sendable {
    /// Plain fields, in order.
    public var fields: [(name: String, value: String)] = []
    /// Files, in order; a field in which nothing was chosen has none.
    public var files: [UploadedFile] = []

    /// The first file under a name.
    public func file(_ name: String) -> UploadedFile? { files.first { $0.fieldName == name } }
}

/// Why a form with files is not taken just now.
public enum UploadRefusal: PublicError, Equatable {
    /// Others send too much at this moment.
    case busy
    /// The disk does not take it.
    case disk

    /// The answer's status.
    public var status: HTTPResponse.Status { .serviceUnavailable }
    /// A stable word.
    public var code: String { self == .busy ? "busy" : "no_space" }
    /// When to ask again, in seconds.
    public var retryAfterSeconds: Int? { 30 }
}

/// Receives forms with files: the files go to disk while they come, never into memory.
///
/// What is on disk is removed when the request is answered, unless somebody has moved it away; what all requests
/// together have there at one moment is bounded.
public final class UploadReceiver: Sendable {
    /// What one form may hold.
    public struct Limits: Sendable {
        /// Bytes of one file.
        public var fileBytes: Int
        /// Files of one form.
        public var files: Int
        /// Bytes of all plain fields.
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
    ///   - folder: where files lie while their request is answered; it is there already.
    ///   - ceiling: bytes of all requests together.
    public init(folder: String, ceiling: Int = 1 << 30) {
        self.folder = folder
        self.ceiling = ceiling
    }

    /// Whether a request is a form in parts.
    public static func isForm(_ request: Request) -> Bool {
        let header = request.headers[.contentType] ?? ""
        return header.split(separator: ";").first?.trimmingSpaces.lowercased() == "multipart/form-data"
    }

    /// Receives a form and removes its files when `use` has returned.
    ///
    /// - Throws: ``RequestError``: too large, another media type, a form that is none; ``UploadRefusal``; and what
    ///   `use` throws.
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
        for try await part in request.body {
            guard part.readableBytes <= room - taken else { throw RequestError.tooLarge }
            taken += part.readableBytes
            let (_, total) = held.add(part.readableBytes, ordering: .relaxed)
            guard total <= ceiling else { throw UploadRefusal.busy }
            try parser.take(part.readableBytesView) { event in try receiver.take(event) }
        }
        guard parser.isDone else { throw RequestError.malformed(code: "malformed_form") }
        return try await use(receiver.form)
    }
}

/// Puts the parts of one form where they belong.
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

    /// What has come so far.
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
            throw UploadRefusal.disk
        }
        self.file?.size += bytes.count
    }

    private mutating func open() throws {
        guard files.count < limits.files else { throw RequestError.malformed(code: "too_many_files") }
        var generator = SystemRandomNumberGenerator()
        let path = "\(folder)/\(String(generator.next(), radix: 36))\(String(generator.next(), radix: 36))"
        let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw UploadRefusal.disk }
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

    /// Removes what is still there.
    mutating func close() {
        if let file {
            Glibc.close(file.descriptor)
            unlink(file.path)
        }
        for file in files { unlink(file.path) }
    }
}
