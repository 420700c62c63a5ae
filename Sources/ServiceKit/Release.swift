/// What all four programs answer to `--version`.
package enum Release {
  package static let version = "1.0.0"
}
