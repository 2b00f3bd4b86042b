public import Policy

extension SKU {
    /// A quantity of records as hours of the SKU's unit (device-hours, core-hours, GiB-hours, licence-hours): a decimal
    /// of at most six places, for people's eyes.
    public func hours(of quantity: Int64) -> String {
        let perHour = Int128(quantitiesPerUnit) * 3_600_000
        let hours = Quantities.hours(Int128(quantity.magnitude), perHour: perHour)
        return quantity < 0 && hours != "0" ? "-\(hours)" : hours
    }
}
