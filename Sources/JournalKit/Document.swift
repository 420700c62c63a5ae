/// What was said and may be asked for again. Written once: (collection, key, number) is unique and nothing
/// replaces it; it may be removed when nobody can ask for it any more.
package struct Document: Sendable, Hashable {
  package let collection: String
  package let key: String
  package let number: Int64
  package let body: [UInt8]

  package init(collection: String, key: String, number: Int64, body: [UInt8]) {
    self.collection = collection
    self.key = key
    self.number = number
    self.body = body
  }

  package var place: DocumentPlace { DocumentPlace(collection: collection, key: key, number: number) }
}

/// What a document is found by.
package struct DocumentPlace: Sendable, Hashable {
  package let collection: String
  package let key: String
  package let number: Int64

  package init(collection: String, key: String, number: Int64) {
    (self.collection, self.key, self.number) = (collection, key, number)
  }
}
