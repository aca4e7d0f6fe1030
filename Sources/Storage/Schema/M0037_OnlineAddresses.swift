// SPDX-License-Identifier: Apache-2.0

internal import Database

extension Schema {
    /// Takes the addresses of online meetings out of the activities that were sent before they became known to guests
    /// only: an outbox serves them as they were sent.
    static let onlineAddresses = Migration(37, "online_addresses") { _ in
        """
        UPDATE activity SET body = replace(activity.body, '"onlineLink":"' || v.online_url || '"', '"onlineLink":null')
        FROM event v
        WHERE activity.object_iri = v.iri AND v.is_local AND v.online_url IS NOT NULL
        """
    }
}
