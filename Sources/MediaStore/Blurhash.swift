// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// A picture as about thirty characters: the lowest frequencies of its colours, from which a client draws a blurred
/// preview.
///
/// Spec: the BlurHash algorithm, as Mastodon's clients read it: one digit for the number of components, one for the
/// largest amplitude, four for the average colour, two for each further component; linear light, base 83.
public enum Blurhash {
    /// Red, green and blue in linear light, 0 … 1.
    typealias Colour = SIMD3<Double>

    private static let letters = Array(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~".utf8)

    /// Encodes a small picture.
    ///
    /// - Parameters:
    ///   - pixels: three bytes each, sRGB, row by row; `width` × `height` of them.
    ///   - across: the number of horizontal components, 1 … 9.
    ///   - down: the number of vertical components, 1 … 9.
    /// - Returns: nil when the number of bytes does not fit the width and height.
    public static func encode(
        _ pixels: [UInt8], width: Int, height: Int, across: Int = 4, down: Int = 3
    ) -> String? {
        guard (1...9).contains(across), (1...9).contains(down), (1...1_000).contains(width),
            (1...1_000).contains(height), pixels.count == width * height * 3
        else { return nil }
        let light = pixels.map { linear[Int($0)] }
        let rows = (0..<down).map { wave($0, height) }
        let columns = (0..<across).map { wave($0, width) }
        var factors: [Colour] = []
        for row in rows {
            for column in columns { factors.append(factor(light, row, column)) }
        }
        for index in factors.indices.dropFirst() { factors[index] *= 2 }
        return text(of: factors, across: across, down: down)
    }

    /// The samples of a cosine with `number` half periods over `length` pixels.
    private static func wave(_ number: Int, _ length: Int) -> [Double] {
        (0..<length).map { cos(Double.pi * Double(number) * Double($0) / Double(length)) }
    }

    /// The amplitude of one component.
    private static func factor(_ light: [Double], _ row: [Double], _ column: [Double]) -> Colour {
        var sum = Colour.zero
        var index = 0
        for y in row {
            for x in column {
                sum += Colour(light[index], light[index + 1], light[index + 2]) * (x * y)
                index += 3
            }
        }
        return sum / Double(row.count * column.count)
    }

    private static func text(of factors: [Colour], across: Int, down: Int) -> String {
        let waves = factors.dropFirst()
        let strongest = waves.map { max(abs($0.x), abs($0.y), abs($0.z)) }.max()
        let scale = strongest.map { max(0, min(82, Int($0 * 166 - 0.5))) } ?? 0
        let unit = strongest == nil ? 1 : (Double(scale) + 1) / 166
        var text = digits(across - 1 + (down - 1) * 9, 1) + digits(scale, 1)
        let average = factors[0]
        text += digits(srgb(average.x) << 16 | srgb(average.y) << 8 | srgb(average.z), 4)
        for wave in waves {
            text += digits((step(wave.x, unit) * 19 + step(wave.y, unit)) * 19 + step(wave.z, unit), 2)
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Quantizes an amplitude to one of nineteen steps, with smaller steps near zero.
    private static func step(_ value: Double, _ unit: Double) -> Int {
        let part = value / unit
        let root = part < 0 ? -sqrt(-part) : sqrt(part)
        return max(0, min(18, Int((root * 9 + 9.5).rounded(.down))))
    }

    private static func digits(_ value: Int, _ count: Int) -> [UInt8] {
        var rest = value
        var digits: [UInt8] = []
        for _ in 0..<count {
            digits.append(letters[rest % 83])
            rest /= 83
        }
        return digits.reversed()
    }

    /// The linear light of each sRGB byte.
    private static let linear: [Double] = (0...255).map { byte in
        let value = Double(byte) / 255
        return value <= 0.040_45 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
    }

    private static func srgb(_ light: Double) -> Int {
        let value = max(0, min(1, light))
        let byte = value <= 0.003_130_8 ? value * 12.92 * 255 : (1.055 * pow(value, 1 / 2.4) - 0.055) * 255
        return Int(byte + 0.5)
    }
}
