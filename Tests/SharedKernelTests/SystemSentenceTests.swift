import Glibc
import SharedKernel
import Testing

@Suite struct SystemSentenceTests {
  @Test(arguments: [
    ENOENT, EACCES, EPERM, EEXIST, ENOTDIR, EISDIR, ENOSPC, EROFS, EMFILE, ENFILE, ENAMETOOLONG, ELOOP, EIO, EDQUOT, ENOMEM,
    ENOTTY,
    ECONNREFUSED, ETIMEDOUT, ENETUNREACH, EHOSTUNREACH,
  ])
  func `What the system usually answers is known in Portuguese`(code: Int32) {
    let words = String(cString: strerror(code))
    let sentence = Sentence(system: words)
    #expect(sentence.english == words)
    #expect(sentence.portuguese != words)
  }

  @Test(arguments: [EAI_NONAME, EAI_AGAIN])
  func `What the resolver usually answers is known in Portuguese`(code: Int32) {
    let words = String(cString: gai_strerror(code))
    #expect(Sentence(system: words).portuguese != words)
  }

  @Test func `What is not known stays as the system said it`() {
    #expect(Sentence(system: "Quantum entangled") == Sentence(verbatim: "Quantum entangled"))
  }
}
