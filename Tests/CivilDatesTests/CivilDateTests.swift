// SPDX-License-Identifier: Apache-2.0

import CivilDates
import Testing

@Suite("Days of the calendar")
struct CivilDateTests {
    @Test(
        "known days have their number and their weekday",
        arguments: [
            (1970, 1, 1, 0, 4), (2026, 1, 2, 20_455, 5), (2000, 2, 29, 11_016, 2), (1900, 3, 1, -25_508, 4),
            (1, 1, 1, -719_162, 1), (0, 12, 31, -719_163, 7), (9999, 12, 31, 2_932_896, 5), (-1, 3, 1, -719_834, 1),
        ] as [(Int64, Int64, Int64, Int64, Int64)])
    func known(year: Int64, month: Int64, day: Int64, number: Int64, weekday: Int64) {
        #expect(CivilDate.days(year: year, month: month, day: day) == number)
        #expect(CivilDate.civil(fromDays: number) == (year, month, day))
        #expect(CivilDate.weekday(ofDays: number) == weekday)
    }

    @Test("the days of nine centuries follow each other, and months have their lengths")
    func succession() {
        var (year, month, day): (Int64, Int64, Int64) = (1599, 12, 31)
        let first = CivilDate.days(year: 1600, month: 1, day: 1)
        for number in first..<CivilDate.days(year: 2500, month: 1, day: 1) {
            day += 1
            if day > CivilDate.length(ofMonth: month, year: year) { (month, day) = (month + 1, 1) }
            if month > 12 { (year, month) = (year + 1, 1) }
            guard CivilDate.civil(fromDays: number) == (year, month, day),
                CivilDate.days(year: year, month: month, day: day) == number
            else {
                Issue.record("day \(number) is not \(year)-\(month)-\(day)")
                return
            }
        }
        #expect((year, month, day) == (2499, 12, 31))
    }

    @Test("years are leap years as the calendar has it")
    func leapYears() {
        let leap = [0, 4, 1600, 2000, 2024, 2400, -4].allSatisfy { CivilDate.isLeap($0) }
        let plain = [1, 1700, 1800, 1900, 2023, 2100, -1].allSatisfy { !CivilDate.isLeap($0) }
        #expect(leap && plain)
        #expect(CivilDate.length(ofMonth: 2, year: 2024) == 29 && CivilDate.length(ofMonth: 2, year: 2100) == 28)
    }

    @Test("days beyond the end of a month count on")
    func beyondMonth() {
        let days = CivilDate.days(year: 2026, month: 2, day: 31)
        #expect(CivilDate.civil(fromDays: days) == (2026, 3, 3))
    }

    @Test("the largest and smallest numbers have an answer", arguments: [Int64.min, .min + 1, .max, .max - 1])
    func extremes(value: Int64) {
        let (year, month, day) = CivilDate.civil(fromDays: value)
        #expect(year.signum() == value.signum() && (1...12).contains(month) && (1...31).contains(day))
        #expect((1...7).contains(CivilDate.weekday(ofDays: value)))
        #expect(CivilDate.days(year: value, month: value, day: value).signum() == value.signum())
        #expect(CivilDate.length(ofMonth: value, year: value) == 31)
        #expect(!CivilDate.isLeap(value) || value % 4 == 0)
    }

    @Test("any second that a clock can name lies in the day that is found for it")
    func seconds() {
        for _ in 0..<2_000 {
            let second = Int64.random(in: .min ... .max)
            let days = CivilDate.floorDivide(second, CivilDate.secondsPerDay)
            #expect(days * CivilDate.secondsPerDay <= second)
            #expect((0..<CivilDate.secondsPerDay).contains(CivilDate.floorModulo(second, CivilDate.secondsPerDay)))
            let (year, month, day) = CivilDate.civil(fromDays: days)
            #expect(CivilDate.days(year: year, month: month, day: day) == days)
        }
    }
}
