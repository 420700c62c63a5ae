/// What a key can mean.
package enum Command: Hashable, Sendable, CaseIterable {
  case previous, next, pageUp, pageDown, first, last
  case bid, raise, lower, raiseMore, lowerMore, secrecy, send, useSuggestion, erase, cancel
  case filter, acceptFilter, sort, reverseSort, tabOpen, tabMine, tabClosed, follow
  case terms, notices, newestNotice, markRead, sound, mouse, freeze, reconnect, language, redraw, suspend, help, quit,
    leave, interrupt
}
