import ServiceKit
import SharedKernel
import SigningKit
import Testing

@Suite("The fields of an entry")
struct FieldsTests {
  @Test func `are read as they were written`() {
    let digest = SHA256.of([1])
    var fields = Fields()
    fields.add("três")
    fields.add(digest.bytes)
    for number in [0, -1, .max, .min] as [Int64] { fields.add(number) }
    fields.add(nil as Int64?)
    fields.add([])
    var read = Fields(fields.bytes)
    #expect(read.text() == "três" && read.digest() == digest)
    for number in [0, -1, .max, .min] as [Int64] { #expect(read.number() == number) }
    #expect(read.optionalNumber() == .some(nil) && !read.isAtEnd)
    #expect(read.optionalDigest() == .some(nil) && read.isAtEnd)
    #expect(read.next() == nil)
  }

  @Test(arguments: [0, 1, 5, 7, 9, 31, 33]) func `of another length than they must have are nothing, and not what was left out`(
    length: Int
  ) {
    var fields = Fields()
    fields.add([UInt8](repeating: 7, count: length))
    func read<Value>(_ value: (inout Fields) -> Value?) -> Value? {
      var fields = Fields(fields.bytes)
      return value(&fields)
    }
    #expect(read { $0.number() } == nil && read { $0.digest() } == nil)
    #expect((read { $0.optionalNumber() } == nil) == (length != 0))
    #expect((read { $0.optionalDigest() } == nil) == (length != 0))
  }

  @Test func `that are cut short are nothing`() {
    var fields = Fields()
    fields.add([1, 2, 3])
    for count in 0..<fields.bytes.count {
      var cut = Fields(Array(fields.bytes[..<count]))
      #expect(cut.next() == nil)
    }
    var long = Fields([0xff, 0xff, 0xff, 0xff, 1])
    #expect(long.next() == nil)
  }
}
