// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Services
import Storage
import TestSupport
import Testing
import Vocabulary

/// How each command of ``AuthorizationTable`` is tried: a preparation creates what the command needs, then an attempt
/// runs it as one principal.
typealias Attempt = @Sendable (Principal) async throws -> Void
typealias Preparation = @Sendable (Scene) async throws -> Attempt

enum AuthorizationAttempts {
    static let all: [String: Preparation] = [accounts, moderation, groups, posts, events, follows, personal, notices]
        .reduce(into: [:]) { $0.merge($1) { first, _ in first } }

    /// Runs a command that finds nothing: `notFound` shows that the principal may call it.
    private static func passing(_ body: () async throws -> Void) async throws {
        do { try await body() } catch ServiceError.notFound {}
    }

    private static let accounts: [String: Preparation] = [
        "changeProfile(_:as:)": { s in { try await s.services.changeProfile(ProfileChange(), as: $0) } },
        "setPicture(_:_:as:)": { s in { try await s.services.setPicture(.avatar, .bytes(TestPicture.png()), as: $0) } },
        "removePicture(_:as:)": { s in { try await s.services.removePicture(.avatar, as: $0) } },
        "ownProfile(as:)": { s in { _ = try await s.services.ownProfile(as: $0) } },
        "editProfile(_:as:)": { s in
            let draft = ProfileDraft(
                displayName: "", summary: "", discoverable: false, approvesFollowers: false, language: nil)
            return { try await s.services.editProfile(draft, as: $0) }
        },
        "chooseMails(_:as:)": { s in { try await s.services.chooseMails(["digest": false], as: $0) } },
        "changePassword(_:current:as:)": { s in
            { _ = try await s.services.changePassword("a longer horse", as: $0) }
        },
        "leaveCommunity(name:password:as:)": { s in
            let name = try await s.cafe.database.read { db in try Accounts.byID(s.person, in: db)?.username ?? "" }
            return { try await s.services.leaveCommunity(name: name, password: "", as: $0) }
        },
        "resendConfirmation(as:email:)": { s in { try await s.services.resendConfirmation(as: $0) } },
        "invite(as:)": { s in { _ = try await s.services.invite(as: $0) } },
        "createAccount(_:role:as:)": { s in
            let name = s.stage.name()
            return { try await s.services.createAccount(SignUp(name: name, email: ""), role: .member, as: $0) }
        },
        "account(named:as:)": { s in { _ = try await s.services.account(named: "@mia", as: $0) } },
        "lookUp(_:as:)": { s in { _ = try await s.services.lookUp("@mia", as: $0) } },
        "authorizeApp(_:as:)": { s in
            var request = AuthorizationRequest()
            (request.clientID, request.redirectURI) = (s.stage.app.app.clientID, "app://back")
            return { [request] in _ = try await s.services.authorizeApp(request, as: $0) }
        },
        "makeToken(_:app:account:person:as:)": { s in
            {
                _ = try await s.services.makeToken(.read, app: nil, account: s.person, person: s.person, as: $0)
            }
        },
        "makeSignInLink(for:as:)": { s in { _ = try await s.services.makeSignInLink(for: s.person, as: $0) } },
        "resetPassword(of:as:)": { s in { _ = try await s.services.resetPassword(of: s.person, as: $0) } },
        "revokeToken(_:as:)": { s in
            let token = try await s.identity().token
            return { try await s.services.revokeToken(token, as: $0) }
        },
        "revokeToken(_:as:) of somebody else": { s in
            let mia = s.stage.mia
            let word = try await s.services.makeToken(.read, app: nil, account: mia, person: mia, as: .operator)
            let token = try #require(try await s.services.identity(ofToken: word)).token
            return { try await s.services.revokeToken(token, as: $0) }
        },
        "receivePushes(_:as:)": { s in
            let (identity, request) = (try await s.identity(), try pushRequest())
            return { _ = try await s.services.receivePushes(request, as: Scene.identity(identity, of: $0)) }
        },
        "changePushes(alerts:policy:as:)": { s in
            let identity = try await s.identity()
            _ = try await s.services.receivePushes(try pushRequest(), as: identity)
            return {
                _ = try await s.services.changePushes(
                    alerts: [], policy: nil, as: Scene.identity(identity, of: $0))
            }
        },
        "endPushes(as:)": { s in
            let identity = try await s.identity()
            return { try await s.services.endPushes(as: Scene.identity(identity, of: $0)) }
        },
    ]

    private static func pushRequest() throws -> PushRequest {
        // The base point of the curve P-256.
        let point: [UInt8] = [
            0x04, 0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47, 0xf8, 0xbc, 0xe6, 0xe5, 0x63, 0xa4, 0x40, 0xf2,
            0x77, 0x03, 0x7d, 0x81, 0x2d, 0xeb, 0x33, 0xa0, 0xf4, 0xa1, 0x39, 0x45, 0xd8, 0x98, 0xc2, 0x96,
            0x4f, 0xe3, 0x42, 0xe2, 0xfe, 0x1a, 0x7f, 0x9b, 0x8e, 0xe7, 0xeb, 0x4a, 0x7c, 0x0f, 0x9e, 0x16,
            0x2b, 0xce, 0x33, 0x57, 0x6b, 0x31, 0x5e, 0xce, 0xcb, 0xb6, 0x40, 0x68, 0x37, 0xbf, 0x51, 0xf5,
        ]
        let keys = PushKeys(point: point, secret: [UInt8](0..<16))
        return PushRequest(endpoint: try iri("https://push.example/1"), keys: keys)
    }

    private static let moderation: [String: Preparation] = [
        "approveSignUp(_:as:)": { s in
            let id = try await s.applicant()
            return { try await s.services.approveSignUp(id, as: $0) }
        },
        "refuseSignUp(_:as:)": { s in
            let id = try await s.applicant()
            return { try await s.services.refuseSignUp(id, as: $0) }
        },
        "createGroup(_:as:)": { s in
            let name = s.stage.name()
            return { try await s.services.createGroup(GroupDraft(name: name, title: "G"), as: $0) }
        },
        "editGroup(_:title:summary:as:)": { s in
            { try await s.services.editGroup(s.group, title: "G", summary: "", as: $0) }
        },
        "report(_:as:)": { s in
            { _ = try await s.services.report(ReportDraft(account: s.stage.vic.id), as: $0) }
        },
        "resolveReport(_:as:)": { s in
            let report = try await s.services.report(ReportDraft(account: s.stage.vic.id), as: .member(s.stage.mia))
            return { try await s.services.resolveReport(report.id, as: $0) }
        },
        "setPolicy(_:host:note:as:)": { s in
            { try await s.services.setPolicy(.limited, host: "bad.example", note: "", as: $0) }
        },
        "retryDeliveries(to:as:)": { s in
            { try await s.services.retryDeliveries(to: "bad.example", as: $0) }
        },
        "allowMail(to:as:)": { s in { _ = try await s.services.allowMail(to: "gone@mail.example", as: $0) } },
        "suppressMail(to:as:)": { s in { try await s.services.suppressMail(to: "gone@mail.example", as: $0) } },
        "retryMail(_:as:)": { s in
            { principal in try await passing { try await s.services.retryMail(ID(5), as: principal) } }
        },
        "dropMail(_:as:)": { s in
            { principal in try await passing { try await s.services.dropMail(ID(5), as: principal) } }
        },
        "recordBounce(of:isAboutAddress:detail:as:)": { s in
            {
                _ = try await s.services.recordBounce(
                    of: "unknown", isAboutAddress: true, detail: "550 no such person", as: $0)
            }
        },
        "importPolicies(_:isTrial:as:)": { s in
            let list = try #require(PeerList("listed.example\n"))
            return { _ = try await s.services.importPolicies(list, isTrial: false, as: $0) }
        },
        "suspend(_:_:as:)": { s in try await suspending(s, try await s.stage.person()) },
        "suspend(_:_:as:) a group": { s in try await suspending(s, s.group) },
        "suspend(_:_:as:) a moderator": { s in try await suspending(s, try await s.stage.person(.moderator)) },
        "suspend(_:_:as:) a steward": { s in try await suspending(s, try await s.stage.person(.steward)) },
        "suspend(_:_:as:) the node": { s in
            let node = try await s.cafe.database.read { db in
                try db.row("SELECT id FROM account WHERE kind = 'application'")?.id("id") as ID<Account>?
            }
            return try await suspending(s, try #require(node))
        },
        "changeCommunity(_:as:)": { s in
            { try await s.services.changeCommunity(CommunityProfile(), as: $0) }
        },
        "setRole(_:_:as:)": { s in
            let id = try await s.stage.person()
            return { try await s.services.setRole(id, .moderator, as: $0) }
        },
        "setRole(_:_:as:) of a steward": { s in
            let id = try await s.stage.person(.steward)
            return { try await s.services.setRole(id, .member, as: $0) }
        },
        "deleteAccount(_:as:progress:)": { s in try await deleting(s, .member) },
        "deleteAccount(_:as:progress:) a moderator": { s in try await deleting(s, .moderator) },
        "deleteAccount(_:as:progress:) a steward": { s in try await deleting(s, .steward) },
        "announceToAll(_:event:as:)": { s in
            { try await s.services.announceToAll("À tous", event: nil, as: $0) }
        },
        "withdrawAnnouncement(_:as:)": { s in
            let sam = try await s.cafe.local("sam").id
            let id = try await s.services.announceToAll("À tous", event: nil, as: .member(sam))
            return { try await s.services.withdrawAnnouncement(id, as: $0) }
        },
        "dismissAnnouncement(_:as:)": { s in
            { try await s.services.dismissAnnouncement(s.stage.announcement, as: $0) }
        },
        "react(_:to:as:)": { s in { try await s.services.react("🎉", to: s.stage.announcement, as: $0) } },
        "unreact(_:to:as:)": { s in
            try await s.services.react("🎉", to: s.stage.announcement, as: s.before)
            return { try await s.services.unreact("🎉", to: s.stage.announcement, as: $0) }
        },
    ]

    private static func suspending(_ scene: Scene, _ id: ID<Account>) async throws -> Attempt {
        { try await scene.services.suspend(id, true, as: $0) }
    }

    private static func deleting(_ scene: Scene, _ role: Role) async throws -> Attempt {
        let id = try await scene.stage.person(role)
        return { try await scene.services.deleteAccount(id, as: $0) }
    }

    private static let notices: [String: Preparation] = [
        "dismissNotification(_:as:)": { s in
            { principal in try await passing { try await s.services.dismissNotification(ID(5), as: principal) } }
        },
        "dismissNotificationGroup(_:as:)": { s in
            { principal in
                try await passing { try await s.services.dismissNotificationGroup("none", as: principal) }
            }
        },
        "clearNotifications(as:)": { s in { try await s.services.clearNotifications(as: $0) } },
        "setMarkers(_:as:)": { s in { try await s.services.setMarkers([.home: 5], as: $0) } },
        "seeNotifications(upTo:as:)": { s in { try await s.services.seeNotifications(upTo: ID(5), as: $0) } },
        "changeNotificationPolicy(as:_:)": { s in
            { try await s.services.changeNotificationPolicy(as: $0) { _ in } }
        },
        "answerNotificationRequests(_:accept:as:)": { s in
            { try await s.services.answerNotificationRequests([], accept: true, as: $0) }
        },
        "setConversation(_:unread:as:)": { s in
            { principal in
                try await passing { try await s.services.setConversation(ID(5), unread: false, as: principal) }
            }
        },
        "removeConversation(_:as:)": { s in
            { principal in try await passing { try await s.services.removeConversation(ID(5), as: principal) } }
        },
    ]
}
