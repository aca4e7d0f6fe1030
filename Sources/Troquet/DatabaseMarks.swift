// SPDX-License-Identifier: Apache-2.0

internal import Database

#if canImport(Glibc)
import Glibc
#else
import Musl
#endif

/// A small file in the media folder that names the database in which this node's community is.
///
/// When that database is empty one day, it was lost: a file was deleted, or a volume was not mounted. A new community
/// under the same origin would have other keys and other ids, so it must not begin by itself.
struct CommunityMark {
    private let path: String
    private let database: String

    init(_ settings: NodeSettings) {
        path = "\(settings.mediaFolder)/community-database"
        database = settings.database.description
    }

    /// Throws when there was a community, in this database or in another one: the database is empty now. The setting may
    /// be written in another way than before, or name the wrong database.
    func requireNone() throws(ConfigurationError) {
        guard let noted = TextFile.read(path) else { return }
        let former = String(noted.prefix { $0 != "\n" })
        let place = former == database ? "it" : former
        throw ConfigurationError(
            "The database \(database) is missing or empty, but there was a community in \(place). Restore a backup, "
                + "correct the setting, or delete \(path) to begin anew.")
    }

    /// Notes that there is a community in the database.
    func set() throws {
        guard TextFile.read(path) != database + "\n" else { return }
        try TextFile.write(database + "\n", to: path)
    }
}

/// The lock that keeps a second `troquet serve` away from the same SQLite file: two of them would not hear what the
/// other one announces. Other commands do not take it.
final class ServeLock {
    private let descriptor: Int32

    /// - Parameter file: the SQLite file. The lock is a file beside it, which stays. A symbolic link is followed, so that
    ///   the lock is the same under whatever name the file is opened.
    init(beside file: String) throws(ConfigurationError) {
        let path = "\(Self.resolved(file)).lock"
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw ConfigurationError("\(path) cannot be created: may this process write into the folder?")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw ConfigurationError(
                "Another `troquet serve` uses \(file): stop it first. Several processes need PostgreSQL.")
        }
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }

    /// The path without symbolic links; the same path for a file that does not exist yet.
    private static func resolved(_ file: String) -> String {
        guard let path = realpath(file, nil) else { return file }
        defer { free(path) }
        return String(cString: path)
    }
}
