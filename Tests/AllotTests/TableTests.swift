import AllotAPI
import Testing

@testable import allot

@Suite("Tables")
struct TableTests {
    private func table(_ rows: [ReservationView], _ style: Style) -> [String] {
        // In two parts, as it comes in pages.
        let half = rows.count / 2
        let parts = [Cells(Array(rows[..<half]), style: style), Cells(Array(rows[half...]), style: style)]
        return Sample.lines(Table<ReservationView>(style: style).render(parts))
    }

    private static let rows = [
        Sample.reservation(1, .active), Sample.reservation(2, user: "日本太郎"),
        Sample.reservation(10_000, user: nil, model: nil),
        Sample.reservation(3, .ended, user: "a-user-with-a-very-long-name", model: "NVIDIA H100 80GB HBM3"),
    ]

    @Test("A wide table shows everything, in columns")
    func wide() {
        #expect(
            table(Array(Self.rows.prefix(2)), Sample.style()) == [
                "ID   STATE    GPUS  MODEL  CPUS  MEMORY"
                    + "  FOR  START              END                USER      DEPARTMENT  CLASS",
                "r-1  active      2  H100     16     64G "
                    + "  4h  2026-11-23 09:30Z  2026-11-23 13:30Z  ada       research    standard",
                "r-2  waiting     2  H100     16     64G "
                    + "  4h  2026-11-23 10:30Z  2026-11-23 14:30Z  日本太郎  research    standard",
            ])
    }

    @Test("No line is wider than the terminal", arguments: [50, 60, 72, 80, 100, 120, 200])
    func fits(width: Int) {
        for line in table(Self.rows, Sample.style(width: width)) {
            #expect(DisplayText.width(line) <= width, "\(line)")
        }
    }

    @Test("Whatever the width, the columns are aligned and the id, state and start stay", arguments: [30, 50, 80, 200])
    func aligned(width: Int) throws {
        let lines = table(Self.rows, Sample.style(width: width))
        #expect(lines.count == 5)
        let head = try #require(lines.first)
        #expect(head.contains("ID") && head.contains("STATE") && head.contains("START"))
        for (line, row) in zip(lines.dropFirst(), Self.rows) {
            #expect(line.hasPrefix(row.id))
            #expect(line.contains(row.state.rawValue))
        }
    }

    @Test("A narrow terminal loses the least important columns first")
    func drops() throws {
        let head = try #require(table(Self.rows, Sample.style(width: 80)).first)
        #expect(!head.contains("CLASS"))
        #expect(head.contains("USER"))
    }

    @Test("Cut names end in an ellipsis")
    func cuts() {
        let text = table(Self.rows, Sample.style(width: 120)).joined()
        #expect(text.contains("…"))
    }

    @Test("Colour is only there when it is wanted, and takes no room")
    func colour() {
        let plain = table(Self.rows, Sample.style(width: 100))
        let coloured = table(Self.rows, Sample.style(width: 100, isColoured: true))
        #expect(plain.joined().contains("\u{1B}") == false)
        #expect(coloured[1].contains("\u{1B}[32mactive\u{1B}[0m"))
        let stripped = coloured.map { $0.replacing(/\u{1B}\[\d*m/, with: "") }
        #expect(stripped == plain)
    }

    @Test("A name that holds escape sequences does not reach the terminal as such")
    func escapes() {
        let lines = table([Sample.reservation(1, user: "\u{1B}[2Jx\nfake")], Sample.style())
        #expect(lines.count == 2)
        #expect(lines[1].contains("\\u{1b}[2Jx\\u{a}fake"))
    }
}
