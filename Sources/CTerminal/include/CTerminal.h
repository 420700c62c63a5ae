/* CTerminal: gives the terminal back, however the process ends. What must be async-signal-safe is written here, in C;
   nothing here knows ncurses or auctions. One terminal per process; every function but the handler belongs to one thread. */
#ifndef CTERMINAL_H
#define CTERMINAL_H
#include <stddef.h>

/* Remembers the modes of the terminal `fd`, before anything changes them. 0, or an errno. */
int cterminal_save(int fd);

/* Installs the handlers; call it after ncurses has installed its own. 0, or an errno. With whether the screen is the shell's
   own: then what comes after the end begins below what was drawn.
   From here on a fault, an abort or a signal gives the terminal back first. SIGINT, SIGTERM and SIGHUP are first offered to
   the owner (cterminal_next_signal); the process dies by them when one comes again unread, or is not done with in 2 s.
   SIGTSTP and SIGWINCH are the owner's alone (cterminal_stop, a new picture); ncurses hears of the second too. */
int cterminal_arm(int shares_screen);

/* Whether the terminal is still ours: false from the moment a handler has given it back. */
int cterminal_armed(void);

/* The owner has given the terminal back by itself; signals have their old meaning again. */
void cterminal_disarm(void);

/* Stops the process, as Ctrl-Z does; returns when it goes on. For who has read SIGTSTP from cterminal_next_signal, and given the
   terminal back. */
void cterminal_stop(void);

/* Readable when a signal waits to be read; -1 before cterminal_arm. */
int cterminal_signals(void);

/* The next signal, or 0. CTERMINAL_TYPED is added when the terminal itself sent it: Ctrl-C was typed. */
int cterminal_next_signal(void);
enum { CTERMINAL_TYPED = 0x80 };

/* Turns fd 2 into a memory file, so that no library writes over the screen. 0, or an errno. */
int cterminal_capture_stderr(void);

/* Forgets what was captured when it is more than `limit` bytes. */
void cterminal_trim_stderr(size_t limit);

/* Gives fd 2 back and writes there what was captured (the last 64 KiB of it). */
void cterminal_release_stderr(void);

/* Starts the program anew with SWIFT_BACKTRACE, unless that variable is set: the Swift runtime reads it only at its start, and
   otherwise asks questions on a broken terminal. It then tells of the thread that crashed, without registers, so that the reason
   is not pushed off the screen. Returns when there was nothing to do, or an errno. */
int cterminal_restart_without_questions(char *const *arguments);

/* Ends the process by this signal, so that the parent sees what happened. */
_Noreturn void cterminal_die(int signal);
#endif
