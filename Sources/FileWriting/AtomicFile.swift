// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// Writes complete files.
public enum AtomicFile {
    /// Writes a file that only the server's own user may read, and replaces an existing file of that name.
    ///
    /// The file appears with all of its bytes or not at all, even when the machine stops meanwhile, and it is on disk
    /// when this function returns. The bytes are written to a file with a random name, which is then renamed. So no
    /// symbolic link is followed, and two writers of one file do not disturb each other. The calls block until the disk
    /// has finished.
    ///
    /// When the process is killed before the rename, the temporary file remains: a hidden file that ends in `.tmp`.
    ///
    /// - Throws: `FileError`. When writing or renaming failed, the previous file is unchanged. When only the last step
    ///   failed, bringing the folder to disk, the new file is already in place.
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

    /// Writes all bytes to an open file, with as many system calls as needed.
    ///
    /// - Parameter descriptor: a file descriptor that is open for writing.
    public static func writeAll(_ bytes: some Collection<UInt8>, to descriptor: Int32) throws(FileError) {
        let contiguous: Bool? = bytes.withContiguousStorageIfAvailable { writeAll($0, descriptor) }
        guard contiguous ?? Array(bytes).withUnsafeBufferPointer({ writeAll($0, descriptor) }) else {
            throw FileError("write")
        }
    }

    /// - Returns: whether all bytes were written; otherwise `errno` has the reason.
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

/// Makes directories.
public enum Folder {
    /// Makes a directory that only this user may access, together with missing parent directories. An existing
    /// directory is not changed.
    public static func make(_ path: String) throws(FileError) {
        if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
        guard errno == ENOENT, let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")), slash > path.startIndex else {
            throw FileError("mkdir")
        }
        try make(String(path[..<slash]))
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw FileError("mkdir") }
    }
}

/// A failed system call on a file.
public struct FileError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The name of the system call.
    public let call: String
    /// The value of `errno`.
    public let code: Int32

    /// Makes the error of the system call that has just failed on this thread.
    public init(_ call: String) {
        code = errno
        self.call = call
    }

    /// The text for the server's log; it contains no file name: `open: Permission denied`.
    public var description: String { "\(call): \(String(cString: strerror(code)))" }
}
