// SPDX-License-Identifier: Apache-2.0

internal import RawStructuredFieldValues

/// RFC 9421: the header `Signature-Input` says what is signed and how, and the header `Signature` holds the signature
/// bytes. A label connects the two.
///
/// Only components that this server computes from its configuration and the wire are accepted. Component parameters are
/// refused, because each parameter is another way to read the same header.
package enum MessageSignature {
    static let largestHeaderBytes = 8192
    static let largestLabelCount = 4
    /// The derived components that can be computed. Spec: RFC 9421 §2.2.
    private static let derived: Set<String> = [
        "@method", "@target-uri", "@authority", "@scheme", "@path", "@query", "@request-target",
    ]

    /// One label of `Signature-Input`, parsed but not yet checked.
    struct Labelled {
        var label: String
        var components: [String]
        var created: Int64?
        var expires: Int64?
        var keyID: String?
        var algorithm: String?
        var nonce: String?
        var tag: String?
        /// The canonical text of the component list and its parameters: the last line of the signature base.
        var parameters: String
        var signature: [UInt8]
    }

    /// Parses both headers and returns the labels in the order of `Signature-Input`, each with its own result.
    ///
    /// A label that cannot be used does not affect the other labels.
    static func labels(
        input: String, signature: String
    ) throws(SignatureError) -> [Result<Labelled, SignatureError>] {
        let inputs = try dictionary(input)
        let signatures = try dictionary(signature)
        var labels: [Result<Labelled, SignatureError>] = []
        for (label, member) in inputs.members {
            do throws(SignatureError) {
                labels.append(.success(try read(label, member, signatures.members[label])))
            } catch {
                labels.append(.failure(error))
            }
        }
        return labels
    }

    static func declared(_ algorithm: String?) throws(SignatureError) -> DeclaredAlgorithm {
        switch algorithm {
        case nil: return .unstated
        case "rsa-v1_5-sha256": return .rsaSHA256
        case "ed25519": return .ed25519
        default: throw .unsupportedAlgorithm
        }
    }

    /// Builds the signature base. Spec: RFC 9421 §2.5.
    ///
    /// - Parameter parameters: the canonical inner list with its parameters.
    package static func signatureBase(
        _ components: [String], parameters: String, head: RequestHead
    ) throws(SignatureError) -> [UInt8] {
        var base = ""
        for component in components { base += "\"\(component)\": \(try value(of: component, head: head))\n" }
        base += "\"@signature-params\": \(parameters)"
        return Array(base.utf8)
    }

    private static func value(of component: String, head: RequestHead) throws(SignatureError) -> String {
        switch component {
        case "@method": return head.method
        case "@target-uri": return "\(head.scheme)://\(authority(head))\(head.target)"
        case "@authority": return authority(head)
        case "@scheme": return head.scheme
        case "@path": return head.path
        case "@query": return head.queryComponent
        case "@request-target": return head.target
        default:
            guard let value = head.signedValue(of: component) else {
                throw component == "date"
                    ? .dateMissing : component == "content-digest" ? .digestMissing : .missingHeader
            }
            return value
        }
    }

    private static func authority(_ head: RequestHead) -> String {
        Authority.normalized(head.authority, scheme: head.scheme)
    }

    private static func dictionary(_ header: String) throws(SignatureError) -> StructuredDictionary {
        guard header.utf8.count <= largestHeaderBytes else { throw .malformedSignature }
        do throws(StructuredDictionary.Failure) {
            return try StructuredDictionary(header, most: largestLabelCount)
        } catch {
            switch error {
            case .malformed: throw .malformedSignature
            case .duplicate: throw .duplicateParameter
            case .base64: throw .badSignature
            case .tooMany: throw .tooManySignatures
            }
        }
    }

    private static func read(
        _ label: String, _ member: ItemOrInnerList, _ signature: ItemOrInnerList?
    ) throws(SignatureError) -> Labelled {
        guard case .innerList(let list) = member, let bytes = StructuredDictionary.bytes(signature),
            let parameters = try? StructuredDictionary.serialize(list)
        else { throw .malformedSignature }
        var labelled = Labelled(
            label: label, components: try components(list.bareInnerList), parameters: parameters, signature: bytes)
        for (name, value) in list.rfc9651Parameters {
            switch (name, value) {
            case ("created", .integer(let seconds)): labelled.created = seconds
            case ("expires", .integer(let seconds)): labelled.expires = seconds
            case ("keyid", .string(let text)): labelled.keyID = text
            case ("alg", .string(let text)): labelled.algorithm = text
            case ("nonce", .string(let text)): labelled.nonce = text
            case ("tag", .string(let text)): labelled.tag = text
            case ("created", _), ("expires", _), ("keyid", _), ("alg", _), ("nonce", _), ("tag", _):
                throw .malformedSignature
            default: continue
            }
        }
        return labelled
    }

    private static func components(_ list: BareInnerList) throws(SignatureError) -> [String] {
        var names: [String] = []
        for item in list {
            guard case .string(let name) = item.rfc9651BareItem else { throw .malformedSignature }
            guard item.rfc9651Parameters.isEmpty else { throw .unsupportedComponent }
            guard !names.contains(name) else { throw .duplicateParameter }
            if name.hasPrefix("@") {
                guard derived.contains(name) else { throw .unsupportedComponent }
            } else {
                guard Characters.isToken(name), name == Characters.lowercased(name) else { throw .malformedSignature }
            }
            names.append(name)
        }
        return names
    }
}
