// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// The storage of the finished files.
public protocol MediaFiles: Sendable {
    /// Moves a local file into the storage under a name. When this returns, the file is safe on disk.
    func keep(_ path: String, as name: MediaName) async throws(MediaError)
    /// Opens a file; nil when there is none.
    func open(_ name: MediaName) async throws(MediaError) -> (any StoredFile)?
    /// Removes a file. A missing file is no error.
    func remove(_ name: MediaName) async throws(MediaError)
}

/// A file that is being read.
public protocol StoredFile: Sendable {
    /// The size in bytes.
    var size: Int { get }
    /// Reads `count` bytes from an offset on, or fewer when the file ends before.
    func read(from offset: Int, count: Int) async throws(MediaError) -> [UInt8]
}

/// A folder on the local disk with 1024 subfolders, named by the first two characters of a file name.
///
/// The system calls block until the disk has answered; each read is small.
struct MediaFolder: MediaFiles {
    let root: String

    func keep(_ path: String, as name: MediaName) async throws(MediaError) {
        let folder = folder(of: name)
        try LocalFile.makeFolder(folder)
        try LocalFile.move(path, to: "\(folder)/\(name)")
    }

    func open(_ name: MediaName) async throws(MediaError) -> (any StoredFile)? {
        let path = "\(folder(of: name))/\(name)"
        let file = Glibc.open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard file >= 0 else {
            if errno == ENOENT { return nil }
            throw LocalFile.failure("open")
        }
        var facts = stat()
        guard fstat(file, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else {
            close(file)
            return nil
        }
        return OpenFile(descriptor: file, size: Int(facts.st_size))
    }

    func remove(_ name: MediaName) async throws(MediaError) {
        LocalFile.remove("\(folder(of: name))/\(name)")
    }

    private func folder(of name: MediaName) -> String { "\(root)/\(name.description.prefix(2))" }
}

/// An open file; it is closed when the last reference to it is released.
private final class OpenFile: StoredFile {
    private let descriptor: Int32
    let size: Int

    init(descriptor: Int32, size: Int) {
        self.descriptor = descriptor
        self.size = size
    }

    deinit { close(descriptor) }

    func read(from offset: Int, count: Int) async throws(MediaError) -> [UInt8] {
        let wanted = max(0, min(count, size - offset))
        guard offset >= 0, wanted > 0 else { return [] }
        var filled = 0
        var bytes = [UInt8](repeating: 0, count: wanted)
        while filled < wanted {
            let got = bytes.withUnsafeMutableBytes { buffer in
                pread(descriptor, buffer.baseAddress?.advanced(by: filled), wanted - filled, off_t(offset + filled))
            }
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else { throw LocalFile.failure("read") }
            if got == 0 { break }
            filled += got
        }
        return Array(bytes.prefix(filled))
    }
}
