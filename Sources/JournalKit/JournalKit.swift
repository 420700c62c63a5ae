// JournalKit: to be written.
