// TerminalKit: to be written.
