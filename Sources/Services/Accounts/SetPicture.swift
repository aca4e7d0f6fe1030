// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Federation
internal import MediaStore
public import Model
internal import Storage
internal import Vocabulary

/// One of the two pictures of an account.
public enum ProfilePicture: Sendable, CaseIterable {
    /// The avatar: 400 × 400 pixels.
    case avatar
    /// The header picture above it: 1500 × 500 pixels.
    case header

    /// Sets the address of this picture.
    ///
    /// - Returns: the previous address.
    func replace(with address: IRI?, in account: inout Account) -> IRI? {
        switch self {
        case .avatar: exchange(&account.icon, address)
        case .header: exchange(&account.header, address)
        }
    }

    private func exchange(_ place: inout IRI?, _ address: IRI?) -> IRI? {
        defer { place = address }
        return place
    }

    var profileImage: MediaStore.ProfileImage {
        switch self {
        case .avatar: .avatar
        case .header: .header
        }
    }
}

extension Services {
    /// Sets a picture of the account that acts. Followers on other servers get an `Update` of the profile.
    ///
    /// - Throws: `.invalid("file", code)` with the codes of ``uploadMedia(_:as:patience:)``.
    public func setPicture(_ picture: ProfilePicture, _ upload: Upload, as principal: Principal) async throws {
        let (store, accepted) = try await accept(upload, as: principal)
        defer { store.discard(source: accepted.source) }
        let made: ConvertedMedia
        do {
            made = try await store.makeProfileImage(picture.profileImage, of: accepted.source)
        } catch {
            throw Self.asServiceError(error)
        }
        if let preview = made.preview { try? await store.remove(preview) }
        do {
            try await show(made.file, as: picture, of: principal)
        } catch {
            try? await store.remove(made.file)
            throw error
        }
    }

    /// Removes a picture of the account that acts. Followers on other servers get an `Update` of the profile.
    public func removePicture(_ picture: ProfilePicture, as principal: Principal) async throws {
        try await show(nil, as: picture, of: principal)
    }

    private func show(_ name: MediaName?, as picture: ProfilePicture, of principal: Principal) async throws {
        let (address, now) = (name.map { identifiers.media($0.description) }, now())
        let former = try await database.write { tx in
            var account = try actor(principal, in: tx)
            let former = picture.replace(with: address, in: &account)
            let source = try Accounts.summarySource(of: account.id, in: tx)
            try Accounts.update(account, summarySource: source, at: now, in: tx)
            try outbox.update(account, in: tx)
            tx.announce(.settingsChanged)
            return former
        }
        // No account shows the old file any more. A crash at this point leaves one small file that no row refers to.
        if former != address { await removeFile(of: former) }
    }

    /// Removes the file of a former picture, when it is on this node.
    func removeFile(of picture: IRI?) async {
        guard let picture, identifiers.isLocal(picture), let last = picture.string.split(separator: "/").last,
            let name = MediaName(last)
        else { return }
        try? await store?.remove(name)
    }
}
