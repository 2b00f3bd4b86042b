import Testing
@Test func placeholderSystem() {}
