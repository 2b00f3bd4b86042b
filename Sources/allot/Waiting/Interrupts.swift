import Dispatch

#if canImport(Glibc)
    import Glibc
#endif

/// Signals that ask this process to stop, as a stream: they no longer end it by themselves.
enum Interrupts {
    static func stream() -> AsyncStream<Int32> {
        let (stream, continuation) = AsyncStream.makeStream(of: Int32.self)
        for number in [SIGINT, SIGTERM, SIGHUP] {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                // Holding the source keeps it alive as long as the process.
                withExtendedLifetime(source) { _ = continuation.yield(number) }
            }
            source.resume()
        }
        return stream
    }
}
