// SPDX-License-Identifier: Apache-2.0

/// The Punycode encoding of one international label, without `xn--`.
///
/// Spec: RFC 3492 §6.3.
enum Punycode {
    private static let base = 36
    private static let thresholdMinimum = 1
    private static let thresholdMaximum = 26

    /// Encodes a label.
    ///
    /// - Returns: `nil` for more than 63 scalars, which is more than a label can hold.
    static func encode(_ scalars: [Unicode.Scalar]) -> String? {
        guard scalars.count <= 63 else { return nil }
        var output = scalars.filter(\.isASCII).map { UInt8($0.value) }
        let basicCount = output.count
        if basicCount > 0 { output.append(UInt8(ascii: "-")) }
        var handled = basicCount
        var current = 128
        var delta = 0
        var bias = 72
        while handled < scalars.count {
            guard let next = scalars.map({ Int($0.value) }).filter({ $0 >= current }).min() else { return nil }
            delta += (next - current) * (handled + 1)
            current = next
            for scalar in scalars {
                if Int(scalar.value) < current { delta += 1 }
                guard Int(scalar.value) == current else { continue }
                append(delta, bias: bias, to: &output)
                bias = adapt(delta, points: handled + 1, isFirst: handled == basicCount)
                delta = 0
                handled += 1
            }
            delta += 1
            current += 1
        }
        return String(decoding: output, as: UTF8.self)
    }

    private static func append(_ delta: Int, bias: Int, to output: inout [UInt8]) {
        var rest = delta
        var step = base
        while true {
            let threshold = min(max(step - bias, thresholdMinimum), thresholdMaximum)
            if rest < threshold { break }
            output.append(digit(threshold + (rest - threshold) % (base - threshold)))
            rest = (rest - threshold) / (base - threshold)
            step += base
        }
        output.append(digit(rest))
    }

    private static func adapt(_ delta: Int, points: Int, isFirst: Bool) -> Int {
        var rest = isFirst ? delta / 700 : delta / 2
        rest += rest / points
        var steps = 0
        while rest > (base - thresholdMinimum) * thresholdMaximum / 2 {
            rest /= base - thresholdMinimum
            steps += base
        }
        return steps + (base - thresholdMinimum + 1) * rest / (rest + 38)
    }

    /// The character for a value 0 ..< 36: `a` … `z`, then `0` … `9`.
    private static func digit(_ value: Int) -> UInt8 { UInt8(value < 26 ? value + 97 : value + 22) }
}
