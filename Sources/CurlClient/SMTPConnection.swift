// SPDX-License-Identifier: Apache-2.0

internal import CCurl
internal import Synchronization

/// One libcurl handle with its connection, which stays open between two messages.
///
/// All of libcurl's limits, checks and protocols that matter for a submission are set in ``configure(_:_:)``.
final class SMTPConnection: @unchecked Sendable {
    // Safe: `SMTPClient` lends a connection to one caller at a time, and libcurl allows a handle to move from one
    // thread to another between two transfers (libcurl-thread(3)).
    private let handle: UnsafeMutableRawPointer
    private var isOpen = true
    private let server: SMTPServer
    private let limits: SMTPLimits
    private let failureText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))

    /// libcurl must be started once, before the first handle.
    private static let isStarted = ccurl_start() == CURLE_OK

    /// - Parameters:
    ///   - greeting: the name of this machine in `EHLO`.
    ///   - caFile: an additional certificate authority.
    init?(_ server: SMTPServer, greeting: String, caFile: String?, limits: SMTPLimits) {
        guard Self.isStarted, let handle = curl_easy_init() else {
            failureText.deallocate()
            return nil
        }
        failureText[0] = 0
        self.handle = handle
        self.server = server
        self.limits = limits
        guard configure(greeting, caFile) else { return nil }
    }

    deinit {
        close()
        failureText.deallocate()
    }

    /// Says goodbye to the server and closes the connection. It may block as long as a message.
    func close() {
        guard isOpen else { return }
        isOpen = false
        curl_easy_cleanup(handle)
    }

    /// Submits one message. It blocks the thread, at most for the deadline of a message.
    func submit(
        _ message: [UInt8], _ envelope: SMTPEnvelope, isCancelled: @escaping @Sendable () -> Bool
    ) -> SMTPOutcome {
        failureText[0] = 0
        let transfer = Transfer(message, envelope, limits, isCancelled)
        let context = Unmanaged.passUnretained(transfer).toOpaque()
        var recipients: UnsafeMutablePointer<curl_slist>?
        recipients = curl_slist_append(nil, "<\(envelope.recipient)>")
        defer { curl_slist_free_all(recipients) }
        guard recipients != nil,
            ccurl_set_text(handle, CURLOPT_MAIL_FROM, "<\(envelope.sender)>") == CURLE_OK,
            ccurl_set_list(handle, CURLOPT_MAIL_RCPT, recipients) == CURLE_OK,
            ccurl_set_size(handle, CURLOPT_INFILESIZE_LARGE, curl_off_t(message.count)) == CURLE_OK,
            [CURLOPT_READDATA, CURLOPT_HEADERDATA, CURLOPT_WRITEDATA, CURLOPT_DEBUGDATA, CURLOPT_XFERINFODATA]
                .allSatisfy({ ccurl_set_pointer(handle, $0, context) == CURLE_OK })
        else { return SMTPOutcome(failure: .local, dialogue: SMTPDialogue(), detail: "libcurl has no memory") }
        let code = withExtendedLifetime(transfer) { curl_easy_perform(handle) }
        // A connection that is closed later, in a later transfer, must not write into this one.
        for option in [
            CURLOPT_READDATA, CURLOPT_HEADERDATA, CURLOPT_WRITEDATA, CURLOPT_DEBUGDATA, CURLOPT_XFERINFODATA,
        ] {
            _ = ccurl_set_pointer(handle, option, nil)
        }
        let text = String(cString: failureText)
        let detail = text.isEmpty ? String(cString: curl_easy_strerror(code)) : text
        return SMTPOutcome(
            failure: code == CURLE_OK ? nil : transfer.failure(code), dialogue: transfer.dialogue,
            detail: code == CURLE_OK ? "" : detail, wasReused: ccurl_number(handle, CURLINFO_NUM_CONNECTS) == 0)
    }

    private func configure(_ greeting: String, _ caFile: String?) -> Bool {
        let secure = server.encryption != .none
        var texts: [(CURLoption, String)] = [
            (CURLOPT_URL, server.url(greeting: greeting)),
            // Nothing but mail, no redirect, and no proxy that an environment variable names.
            (CURLOPT_PROTOCOLS_STR, "smtp,smtps"), (CURLOPT_REDIR_PROTOCOLS_STR, "smtp,smtps"), (CURLOPT_PROXY, ""),
            (CURLOPT_NOPROXY, "*"),
        ]
        if let caFile { texts.append((CURLOPT_CAINFO, caFile)) }
        if let login = server.login {
            texts += [
                (CURLOPT_USERNAME, login.user), (CURLOPT_PASSWORD, login.password),
                (CURLOPT_LOGIN_OPTIONS, "AUTH=PLAIN;AUTH=LOGIN"),
            ]
        }
        let numbers: [(CURLoption, Int)] = [
            (CURLOPT_UPLOAD, 1), (CURLOPT_NOSIGNAL, 1), (CURLOPT_FOLLOWLOCATION, 0), (CURLOPT_NETRC, 0),
            (CURLOPT_USE_SSL, secure ? Int(CURLUSESSL_ALL.rawValue) : Int(CURLUSESSL_NONE.rawValue)),
            (CURLOPT_SSL_VERIFYPEER, 1), (CURLOPT_SSL_VERIFYHOST, 2),
            (CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2)),
            (CURLOPT_CONNECTTIMEOUT_MS, limits.connect.wholeMilliseconds),
            (CURLOPT_TIMEOUT_MS, limits.message.wholeMilliseconds),
            (CURLOPT_SERVER_RESPONSE_TIMEOUT, max(1, limits.message.wholeMilliseconds / 1000)),
            // A provider may be reached under a new address tomorrow, and idle connections are cut.
            (CURLOPT_MAXAGE_CONN, 60), (CURLOPT_MAXCONNECTS, 1), (CURLOPT_TCP_KEEPALIVE, 1),
            // The debug callback takes the place of standard error.
            (CURLOPT_VERBOSE, 1), (CURLOPT_NOPROGRESS, 0),
        ]
        return texts.allSatisfy { ccurl_set_text(handle, $0, $1) == CURLE_OK }
            && numbers.allSatisfy { ccurl_set_number(handle, $0, $1) == CURLE_OK }
            && ccurl_set_pointer(handle, CURLOPT_ERRORBUFFER, failureText) == CURLE_OK && setCallbacks()
    }

    private func setCallbacks() -> Bool {
        ccurl_set_bytes_callback(handle, CURLOPT_READFUNCTION) { bytes, size, count, context in
            guard let bytes, let transfer = Transfer.of(context) else { return ccurl_abort() }
            return transfer.read(into: bytes, room: size * count)
        } == CURLE_OK
            && ccurl_set_bytes_callback(handle, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
                guard let bytes, let transfer = Transfer.of(context) else { return size * count }
                return transfer.hear(UnsafeRawBufferPointer(start: bytes, count: size * count)) ? size * count : 0
            } == CURLE_OK
            && ccurl_set_bytes_callback(handle, CURLOPT_WRITEFUNCTION) { _, size, count, _ in size * count } == CURLE_OK
            && ccurl_set_debug_callback(handle) { _, kind, bytes, count, context in
                guard let bytes, let transfer = Transfer.of(context) else { return 0 }
                if kind == CURLINFO_HEADER_OUT { transfer.say(UnsafeRawBufferPointer(start: bytes, count: count)) }
                if kind == CURLINFO_DATA_OUT { transfer.dialogue.sendContent() }
                return 0
            } == CURLE_OK
            && ccurl_set_progress_callback(handle) { context, _, _, _, _ in
                Transfer.of(context)?.mayStop == true ? 1 : 0
            } == CURLE_OK
    }
}

/// One message on its way. libcurl's callbacks use it on the thread of the transfer.
private final class Transfer {
    var dialogue = SMTPDialogue()
    private let message: [UInt8]
    private let envelope: SMTPEnvelope
    private let limits: SMTPLimits
    private let isCancelled: @Sendable () -> Bool
    private var position = 0
    private var heardBytes = 0
    private var cause: SMTPOutcome.Failure?

    init(
        _ message: [UInt8], _ envelope: SMTPEnvelope, _ limits: SMTPLimits,
        _ isCancelled: @escaping @Sendable () -> Bool
    ) {
        self.message = message
        self.envelope = envelope
        self.limits = limits
        self.isCancelled = isCancelled
    }

    static func of(_ context: UnsafeMutableRawPointer?) -> Transfer? {
        context.map { Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
    }

    func read(into bytes: UnsafeMutablePointer<CChar>, room: Int) -> Int {
        let count = min(room, message.count - position)
        message.withUnsafeBytes { source in
            guard let start = source.baseAddress, count > 0 else { return }
            UnsafeMutableRawPointer(bytes).copyMemory(from: start + position, byteCount: count)
        }
        position += count
        return count
    }

    func say(_ bytes: UnsafeRawBufferPointer) {
        dialogue.say(String(decoding: bytes, as: UTF8.self))
    }

    /// - Returns: whether the submission may go on.
    func hear(_ bytes: UnsafeRawBufferPointer) -> Bool {
        heardBytes += bytes.count
        guard heardBytes <= limits.answerBytes else {
            cause = .nonsense
            return false
        }
        dialogue.hear(String(decoding: bytes, as: UTF8.self))
        // libcurl would send the address all the same, and a server might store the message under a wrong one.
        if dialogue.stage == .sender, envelope.needsUTF8, !dialogue.extensions.contains("SMTPUTF8"),
            !dialogue.extensions.isEmpty
        {
            cause = .internationalAddress
            return false
        }
        return true
    }

    /// Whether the caller is gone and the server cannot have the message yet.
    var mayStop: Bool {
        guard dialogue.stage != .content, isCancelled() else { return false }
        cause = .cancelled
        return true
    }

    func failure(_ code: CURLcode) -> SMTPOutcome.Failure {
        if let cause { return cause }
        switch code {
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_ISSUER_ERROR: return .certificate
        case CURLE_SSL_CACERT_BADFILE, CURLE_OUT_OF_MEMORY, CURLE_FAILED_INIT: return .local
        case CURLE_OPERATION_TIMEDOUT: return .timeout
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT, CURLE_INTERFACE_FAILED: return .unreachable
        default: break
        }
        if let reply = dialogue.reply, reply.code >= 400 { return .reply }
        switch code {
        case CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CIPHER, CURLE_USE_SSL_FAILED: return .encryption
        case CURLE_LOGIN_DENIED: return .authentication
        case CURLE_WEIRD_SERVER_REPLY where dialogue.reply != nil: return .nonsense
        default: return .disconnected
        }
    }
}

extension Duration {
    fileprivate var wholeMilliseconds: Int {
        Int(clamping: components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000)
    }
}
