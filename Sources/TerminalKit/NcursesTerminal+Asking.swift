internal import CNCurses
internal import Glibc

// What can be known of a terminal without taking it.

extension NcursesTerminal {
  /// Whether the terminal that `TERM` names can place its cursor; also true of one that is not known, which is an error of its own.
  package static var canDraw: Bool {
    let status = cnc_setup_terminal()
    return status != 1 || cnc_has_capability("cup") == 1
  }

  /// Whether the locale's characters are UTF-8.
  package static var speaksUTF8: Bool {
    _ = cnc_use_environment_locale()
    return String(cString: cnc_codeset()).uppercased().hasSuffix("UTF-8")
  }
}
