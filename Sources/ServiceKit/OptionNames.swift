package import ArgumentParser
import SharedKernel

extension NameSpecification {
  /// An option in both languages. Either is always taken; the reader's comes first, so that help and errors show it.
  package static func spoken(_ portuguese: String, _ english: String) -> NameSpecification {
    let names = [portuguese, english].map { Element.customLong($0) }
    return NameSpecification(Language.current == .portuguese ? names : names.reversed())
  }
}

extension CommandConfiguration {
  /// A subcommand in both languages, as with options. Its examples are lines of at most 78 columns, which the parser leaves alone.
  package static func spoken(
    _ portuguese: String, _ english: String, abstract: String, discussion: String, subcommands: [any ParsableCommand.Type] = [],
    defaultSubcommand: (any ParsableCommand.Type)? = nil
  ) -> CommandConfiguration {
    CommandConfiguration(
      commandName: said(portuguese, english), abstract: abstract, discussion: discussion, subcommands: subcommands,
      defaultSubcommand: defaultSubcommand, aliases: [said(english, portuguese)])
  }
}
