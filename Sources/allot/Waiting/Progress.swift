import AllotAPI
import Units

/// Tells a person how a wait goes: one line that is written over on a terminal, else a line whenever it changes.
actor Progress {
    private let isTerminal: Bool
    private let width: Int?
    private let style: Style
    private let write: @Sendable (String) -> Void
    private var last = ""

    /// - Parameters:
    ///   - width: The terminal's columns; nil where unknown.
    ///   - write: Takes what is to be shown.
    init(isTerminal: Bool, width: Int?, style: Style, write: @escaping @Sendable (String) -> Void) {
        self.isTerminal = isTerminal
        self.width = width
        self.style = style
        self.write = write
    }

    func show(_ view: ReservationView, now: Timestamp) {
        var text = "\(view.id): \(place(of: view)), \(start(of: view))"
        if isTerminal, let planned = view.plannedStart {
            let left = planned.timestamp - now
            text += left > .zero ? ", \(Style.rough(left)) left" : ", any moment now"
        }
        guard text != last else { return }
        last = text
        guard isTerminal else { return write("\(text)\n") }
        let line = width.map { DisplayText.cut(text, to: $0 - 1, isUnicode: style.isUnicode) } ?? text
        write("\r\(line)\u{1B}[K")
    }

    /// Ends the line, so that what follows has one of its own.
    func finish() {
        if isTerminal, !last.isEmpty { write("\r\u{1B}[K") }
        last = ""
    }

    private func place(of view: ReservationView) -> String {
        switch (view.kind, view.ahead) {
        case (.window, _): "waiting for its time"
        case (.queued, nil): "waiting"
        case (.queued, 0?): "next in line"
        case (.queued, let ahead?): "\(ahead) before it"
        }
    }

    private func start(of view: ReservationView) -> String {
        view.plannedStart.map { "start planned \(style.time($0))" } ?? "no start planned yet"
    }
}
