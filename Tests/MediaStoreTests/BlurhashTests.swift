// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import MediaStore

@Suite("Blurhash")
struct BlurhashTests {
    @Test(
        "one wave is the average colour, written in four letters",
        arguments: [
            ([255, 255, 255], "00TSUA"), ([0, 0, 0], "000000"), ([255, 0, 0], "00TI:j"),
        ] as [([UInt8], String)])
    func average(colour: [UInt8], expected: String) {
        let pixels = [[UInt8]](repeating: colour, count: 16).flatMap(\.self)
        #expect(Blurhash.encode(pixels, width: 4, height: 4, across: 1, down: 1) == expected)
    }

    @Test("a reader paints what was there, but for the blur", arguments: [(32, 32), (32, 24), (20, 32)])
    func roundTrip(width: Int, height: Int) throws {
        let pixels = Self.gradient(width, height)
        let text = try #require(Blurhash.encode(pixels, width: width, height: height))
        #expect(text.count == 28)
        let painted = try #require(Self.paint(text, width, height))
        let far = zip(pixels, painted).map { abs(Int($0) - Int($1)) }.max() ?? 0
        #expect(far <= 40, "\(text): off by \(far)")
        let mean = zip(pixels, painted).map { abs(Int($0) - Int($1)) }.reduce(0, +) / pixels.count
        #expect(mean <= 10, "\(text): off by \(mean) in the mean")
    }

    @Test("a turned picture has other letters")
    func turned() {
        let pixels = Self.gradient(16, 16)
        let flipped = stride(from: 0, to: pixels.count, by: 3).reversed().flatMap { pixels[$0..<$0 + 3] }
        #expect(Blurhash.encode(pixels, width: 16, height: 16) != Blurhash.encode(flipped, width: 16, height: 16))
    }

    @Test("bytes that do not fit their measures have no letters")
    func misfit() {
        #expect(Blurhash.encode([1, 2, 3], width: 2, height: 1) == nil)
        #expect(Blurhash.encode([], width: 0, height: 0) == nil)
        #expect(Blurhash.encode([1, 2, 3], width: 1, height: 1, across: 10, down: 1) == nil)
    }

    private static func gradient(_ width: Int, _ height: Int) -> [UInt8] {
        var pixels: [UInt8] = []
        for y in 0..<height {
            for x in 0..<width {
                pixels += [UInt8(60 + 120 * x / width), UInt8(200 - 100 * y / height), UInt8(90 + 60 * x / width)]
            }
        }
        return pixels
    }

    // MARK: - A decoder, written from the specification and not from the encoder

    private static let digits = Array(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~")

    private static func number(_ text: Substring) -> Int? {
        var value = 0
        for letter in text {
            guard let digit = digits.firstIndex(of: letter) else { return nil }
            value = value * 83 + digit
        }
        return value
    }

    private static func paint(_ text: String, _ width: Int, _ height: Int) -> [UInt8]? {
        var rest = text[...]
        func take(_ count: Int) -> Int? {
            defer { rest = rest.dropFirst(count) }
            return number(rest.prefix(count))
        }
        guard let size = take(1), let strongest = take(1), let average = take(4) else { return nil }
        let (across, down) = (size % 9 + 1, size / 9 + 1)
        let unit = Double(strongest + 1) / 166
        var waves = [[16, 8, 0].map { light(Double(average >> $0 & 255)) }]
        while waves.count < across * down {
            guard let value = take(2) else { return nil }
            waves.append(
                [value / 361, value / 19 % 19, value % 19].map { step in
                    let part = (Double(step) - 9) / 9
                    return (part < 0 ? -1 : 1) * part * part * unit
                })
        }
        guard rest.isEmpty else { return nil }
        var pixels: [UInt8] = []
        for y in 0..<height {
            for x in 0..<width {
                for channel in 0..<3 {
                    var sum = 0.0
                    for j in 0..<down {
                        for i in 0..<across {
                            let basis =
                                cos(.pi * Double(x) * Double(i) / Double(width))
                                * cos(.pi * Double(y) * Double(j) / Double(height))
                            sum += waves[j * across + i][channel] * basis
                        }
                    }
                    pixels.append(screen(sum))
                }
            }
        }
        return pixels
    }

    private static func light(_ byte: Double) -> Double {
        let value = byte / 255
        return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
    }

    private static func screen(_ light: Double) -> UInt8 {
        let value = max(0, min(1, light))
        let byte = value <= 0.0031308 ? value * 12.92 : 1.055 * pow(value, 1 / 2.4) - 0.055
        return UInt8(max(0, min(255, (byte * 255).rounded())))
    }
}
