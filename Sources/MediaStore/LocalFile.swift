// SPDX-License-Identifier: Apache-2.0

internal import FileWriting
internal import Glibc

/// File operations that do not follow symbolic links.
enum LocalFile {
    /// Reads the first `limit` bytes of a regular file. Another kind of file, such as a pipe that a child left in its
    /// place, is an error and never blocks.
    static func bytes(_ path: String, limit: Int) throws(MediaError) -> [UInt8] {
        let file = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { throw failure("open") }
        defer { close(file) }
        var facts = stat()
        guard fstat(file, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else { throw .broken }
        var bytes = [UInt8](repeating: 0, count: limit)
        var filled = 0
        while filled < limit {
            let count = bytes.withUnsafeMutableBytes { buffer in
                Glibc.read(file, buffer.baseAddress?.advanced(by: filled), limit - filled)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure("read") }
            if count == 0 { break }
            filled += count
        }
        return Array(bytes.prefix(filled))
    }

    /// Reads the first `limit` bytes of a file as text.
    static func read(_ path: String, limit: Int) throws(MediaError) -> String {
        String(decoding: try bytes(path, limit: limit), as: UTF8.self)
    }

    /// The size in bytes of a regular file; nil when there is none.
    static func size(_ path: String) -> Int? {
        var facts = stat()
        guard lstat(path, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int(facts.st_size)
    }

    /// Writes a whole file and flushes it to disk.
    static func write(_ bytes: [UInt8], to path: String) throws(MediaError) {
        do throws(FileError) { try AtomicFile.write(bytes, to: path) } catch { throw unavailable(error) }
    }

    /// Moves a file, or copies it to another file system. It is flushed to disk when this returns.
    static func move(_ path: String, to target: String) throws(MediaError) {
        if rename(path, target) != 0 {
            guard errno == EXDEV else { throw failure("rename") }
            try copy(path, to: target)
            unlink(path)
        }
        try synchronize(target)
        if let slash = target.lastIndex(of: "/") { try synchronize(String(target[..<slash])) }
    }

    private static func copy(_ path: String, to target: String) throws(MediaError) {
        let source = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard source >= 0 else { throw failure("open") }
        defer { close(source) }
        let file = open(target, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw failure("open") }
        defer { close(file) }
        while true {
            let count = sendfile(file, source, nil, 1 << 20)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure("copy") }
            if count == 0 { return }
        }
    }

    private static func synchronize(_ path: String) throws(MediaError) {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw failure("open") }
        defer { close(file) }
        guard fsync(file) == 0 else { throw failure("fsync") }
    }

    /// Creates a folder that only this user may read, with its parent folders. An existing folder is no error.
    static func makeFolder(_ path: String) throws(MediaError) {
        do throws(FileError) { try Folder.make(path) } catch { throw unavailable(error) }
    }

    /// Creates a hard link to a file.
    static func link(_ path: String, to target: String) throws(MediaError) {
        guard Glibc.link(path, target) == 0 else { throw failure("link") }
    }

    /// Removes a file. A missing file is no error.
    static func remove(_ path: String) {
        unlink(path)
    }

    /// Removes a folder and everything in it. Programs that were killed leave files there.
    static func removeFolder(_ path: String) {
        for name in names(in: path) where unlink("\(path)/\(name)") != 0 { rmdir("\(path)/\(name)") }
        rmdir(path)
    }

    /// The names of the files in a folder, sorted.
    static func names(in path: String) -> [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Seconds since a file or folder was last changed; nil when it does not exist.
    static func age(_ path: String) -> Int? {
        var facts = stat()
        guard lstat(path, &facts) == 0 else { return nil }
        return time(nil) - facts.st_mtim.tv_sec
    }

    /// The absolute form of a path, so that it is valid in another working folder.
    static func absolute(_ path: String) -> String {
        guard !path.hasPrefix("/"), let here = getcwd(nil, 0) else { return path }
        defer { free(here) }
        return "\(String(cString: here))/\(path)"
    }

    /// The error of the system call that has just failed.
    static func failure(_ call: String) -> MediaError { unavailable(FileError(call)) }

    private static func unavailable(_ error: FileError) -> MediaError { .unavailable(error.description) }
}
