// SPDX-License-Identifier: Apache-2.0

extension LeasedQueue {
    /// Every queue of the node: what is measured, and what `troquet doctor` looks at.
    public static let all = [
        InboxQueue.queue,
        OutboxQueue.queue,
        MailQueue.queue,
        PushQueue.queue,
        Uploads.queue,
        Scheduled.queue,
    ]
}
