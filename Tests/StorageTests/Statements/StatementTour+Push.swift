// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage

extension StatementTour {
    private enum Notice {}

    func push(_ s: Stage, _ tx: Transaction) throws {
        let keys = PushKeys(point: [4] + [UInt8](repeating: 7, count: 64), secret: [UInt8](0..<16))
        var request = PushRequest(endpoint: s.address, keys: keys)
        request.alerts = ["mention"]
        for number in 1...2 {
            let token = AccessToken(
                id: ID(Int64(number) + 40), app: nil, account: s.ada.id, person: s.ada.id, scopes: .read,
                createdAt: s.now)
            try AccessTokens.insert(token, digest: [UInt8(number), 99], in: tx)
        }
        for _ in 1...2 {
            _ = try PushSubscriptions.put(request, token: ID(41), account: s.ada.id, at: s.now, in: tx)
        }
        let one = try PushSubscriptions.put(request, token: ID(42), account: s.ada.id, at: s.now, in: tx)
        _ = try PushSubscriptions.byToken(ID(41), in: tx)
        _ = try PushSubscriptions.change(token: ID(41), alerts: ["mention"], policy: .all, in: tx)
        try PushQueue.enqueue(
            notification: ID<Notice>(1), type: "mention", for: s.ada.id, from: s.vic.id, at: s.now, in: tx)
        for push in try PushQueue.lease(apps: 5, Lease(now: s.now, until: s.now), in: tx) {
            try PushQueue.postpone(push, until: s.now, in: tx)
            try PushQueue.finish(push, in: tx)
        }
        try PushSubscriptions.reached(one.id, in: tx)
        try PushSubscriptions.missed(one.id, in: tx)
        try PushSubscriptions.expire(one.id, endpoint: s.address, in: tx)
        try PushSubscriptions.remove(token: ID(41), in: tx)
        try PushSubscriptions.removeAll(of: s.ada.id, in: tx)
        let key = PushServerKey(privatePEM: "private", publicKey: "public")
        _ = try PushServerKeys.keep(key, in: tx)
        _ = try PushServerKeys.current(in: tx)
    }
}
