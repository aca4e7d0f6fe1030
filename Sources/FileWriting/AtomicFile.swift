// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// Writes whole files.
public enum AtomicFile {
    /// Writes a file that the node's own user alone may read; what stood under that name is replaced.
    ///
    /// The file appears with all of its bytes or not at all, also when the machine stops in between, and is on disk when
    /// this returns. It is written under a name that nobody can foresee and then renamed, so neither a link that somebody
    /// put there is followed nor do two writers of one file meet. The calls block for as long as the disk takes.
    ///
    /// A process that is killed in between leaves the other file behind: a hidden one that ends in `.tmp`.
    ///
    /// - Throws: nothing is there then that was not there before.
    public static func write(_ bytes: some Collection<UInt8>, to path: String) throws(FileError) {
        let (folder, name) = split(path)
        let temporary = "\(folder)/.\(name).\(UInt64.random(in: .min ... .max)).tmp"
        do throws(FileError) {
            try create(temporary, Array(bytes))
            guard rename(temporary, path) == 0 else { throw FileError("rename") }
        } catch {
            unlink(temporary)
            throw error
        }
        try synchronize(folder: folder)
    }

    /// Writes all bytes to an open file, however many calls it takes.
    ///
    /// - Parameter descriptor: open for writing.
    public static func writeAll(_ bytes: some Collection<UInt8>, to descriptor: Int32) throws(FileError) {
        let contiguous: Bool? = bytes.withContiguousStorageIfAvailable { writeAll($0, descriptor) }
        guard contiguous ?? Array(bytes).withUnsafeBufferPointer({ writeAll($0, descriptor) }) else {
            throw FileError("write")
        }
    }

    /// - Returns: whether all was written; otherwise `errno` says why not.
    private static func writeAll(_ bytes: UnsafeBufferPointer<UInt8>, _ descriptor: Int32) -> Bool {
        var rest = UnsafeRawBufferPointer(bytes)
        while !rest.isEmpty {
            let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
        }
        return true
    }

    private static func create(_ path: String, _ bytes: [UInt8]) throws(FileError) {
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw FileError("open") }
        defer { close(file) }
        try writeAll(bytes, to: file)
        guard fsync(file) == 0 else { throw FileError("fsync") }
    }

    private static func synchronize(folder: String) throws(FileError) {
        let file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard file >= 0 else { throw FileError("open directory") }
        defer { close(file) }
        guard fsync(file) == 0 else { throw FileError("fsync directory") }
    }

    private static func split(_ path: String) -> (folder: String, name: Substring) {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return (".", path[...]) }
        let folder = path[..<slash]
        return (folder.isEmpty ? "/" : String(folder), path[path.utf8.index(after: slash)...])
    }
}

/// Makes folders.
public enum Folder {
    /// Makes a folder for this user alone, with the folders above it; one that is there is taken as it is.
    public static func make(_ path: String) throws(FileError) {
        if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
        guard errno == ENOENT, let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")), slash > path.startIndex else {
            throw FileError("mkdir")
        }
        try make(String(path[..<slash]))
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw FileError("mkdir") }
    }
}

/// A system call on a file that failed.
public struct FileError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Which one.
    public let call: String
    /// The value of `errno`.
    public let code: Int32

    /// The error of the system call that has just failed on this thread.
    public init(_ call: String) {
        code = errno
        self.call = call
    }

    /// For our log; it names no file: `open: Permission denied`.
    public var description: String { "\(call): \(String(cString: strerror(code)))" }
}
