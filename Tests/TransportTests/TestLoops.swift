// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix

@testable import Transport

/// Types of the libraries below the pool that its tests need.
enum TestLoops {
    static var group: any EventLoopGroup { MultiThreadedEventLoopGroup.singleton }

    static func get(_ url: String, _ route: ClientPool.Route, _ pool: ClientPool) async throws -> Int {
        try await pool.withClient(route) { client in
            let answer = try await client.execute(HTTPClientRequest(url: url), deadline: .now() + .seconds(300))
            _ = try await answer.body.collect(upTo: 1024)
            return Int(answer.status.code)
        }
    }
}
