/// A value that its copies share: a copy costs a reference, whatever the size of the value. A change makes a new one.
///
/// For large values that are copied much more often than they change.
public struct Shared<Value: Sendable>: Sendable {
    @usableFromInline var box: Box

    @usableFromInline final class Box: Sendable {
        @usableFromInline let value: Value

        @inlinable init(_ value: Value) { self.value = value }
    }

    @inlinable public init(_ value: Value) { box = Box(value) }

    @inlinable public var value: Value {
        _read { yield box.value }
        _modify {
            var changed = box.value
            yield &changed
            box = Box(changed)
        }
    }
}

extension Shared: Equatable where Value: Equatable {
    @inlinable public static func == (left: Shared, right: Shared) -> Bool {
        left.box === right.box || left.value == right.value
    }
}

extension Shared: Hashable where Value: Hashable {
    @inlinable public func hash(into hasher: inout Hasher) { value.hash(into: &hasher) }
}
