import Units

/// What is left of a quantity after some time, when it halves with every half-life: exact to about 2⁻⁶⁰, without
/// floating point, and so the same on every machine.
struct Decay: Sendable, Hashable {
    let halfLife: Span

    /// 1, as `factor` gives it.
    static let one: UInt64 = 1 << 63

    /// 2^(−elapsed / halfLife), in units of 2⁻⁶³; 1 for no time or less.
    func factor(after elapsed: Span) -> UInt64 {
        guard elapsed > .zero else { return Decay.one }
        let period = UInt64(max(halfLife.milliseconds, 1))
        let (whole, rest) = UInt64(elapsed.milliseconds).quotientAndRemainder(dividingBy: period)
        guard whole < 63 else { return 0 }
        // The fraction's 32 highest bits: each that is set multiplies by its own root of one half.
        let fraction = UInt32(truncatingIfNeeded: (UInt128(rest) << 32) / UInt128(period))
        var factor = Decay.one
        for (bit, root) in Decay.roots.enumerated() where fraction & (1 << (31 - UInt32(bit))) != 0 {
            factor = Decay.product(factor, root)
        }
        return factor >> whole
    }

    /// What is left of an amount.
    func remainder(of amount: UInt64, after elapsed: Span) -> UInt64 {
        Decay.product(amount, factor(after: elapsed))
    }

    /// What is left at `time` of what accrued at a steady rate from `start` to `end`: the integral of
    /// rate · 2^(−(time − s) / halfLife).
    /// - Parameters:
    ///   - rate: units an hour.
    ///   - end: not after `time`.
    func accrued(rate: Int64, from start: Timestamp, to end: Timestamp, at time: Timestamp) -> UInt64 {
        guard end > start, rate > 0 else { return 0 }
        // In units of 2⁻⁴⁸, so that the product below has room.
        let difference = UInt128((factor(after: time - end) - factor(after: time - start)) >> 15)
        let life = (UInt128(max(halfLife.milliseconds, 1)) * Decay.inverseOfLogarithm) >> 32
        let amount = (UInt128(min(rate, Decay.largestRate)) * difference / Decay.hour * life) >> 48
        return UInt64(clamping: amount)
    }

    private static func product(_ left: UInt64, _ right: UInt64) -> UInt64 {
        UInt64(truncatingIfNeeded: (UInt128(left) * UInt128(right)) >> 63)
    }

    /// Four thousand million units an hour: more than any host costs, and the products have room.
    private static let largestRate: Int64 = 1 << 52
    /// Milliseconds.
    private static let hour: UInt128 = 3_600_000
    /// 1 / ln 2, in units of 2⁻³².
    private static let inverseOfLogarithm: UInt128 = 6_196_328_019
    /// 2^(−1/2), 2^(−1/4), … 2^(−1/2³²), in units of 2⁻⁶³.
    private static let roots: [UInt64] = [
        0x5A82_7999_FCEF_3242, 0x6BA2_7E65_6B4E_B57A, 0x7560_6373_EE92_1C97, 0x7A92_BE8A_9243_6616,
        0x7D41_D96D_B915_019D, 0x7E9F_0606_7A43_60BA, 0x7F4F_08AE_3DC7_C426, 0x7FA7_65AC_A88F_6453,
        0x7FD3_AB29_0E46_D769, 0x7FE9_D3A8_E07B_F086, 0x7FF4_E959_7BED_93AB, 0x7FFA_748D_FF8D_C61F,
        0x7FFD_3A3F_5002_0332, 0x7FFE_9D1D_BC0A_75AA, 0x7FFF_4E8E_6306_ED59, 0x7FFF_A747_12C3_CDFD,
        0x7FFF_D3A3_81B1_FA29, 0x7FFF_E9D1_BEED_018A, 0x7FFF_F4E8_DEFB_81D7, 0x7FFF_FA74_6F5F_012F,
        0x7FFF_FD3A_37A7_D0A8, 0x7FFF_FE9D_1BD1_FC58, 0x7FFF_FF4E_8DE8_832D, 0x7FFF_FFA7_46F4_22D7,
        0x7FFF_FFD3_A37A_09BB, 0x7FFF_FFE9_D1BD_02F2, 0x7FFF_FFF4_E8DE_80FE, 0x7FFF_FFFA_746F_4060,
        0x7FFF_FFFD_3A37_A028, 0x7FFF_FFFE_9D1B_D012, 0x7FFF_FFFF_4E8D_E809, 0x7FFF_FFFF_A746_F404,
    ]
}
