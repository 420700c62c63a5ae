/* What Swift cannot see of ncurses: wide-character declarations, mutable globals, structured macros, variadics.
   No _XOPEN_SOURCE here: it changes glibc's structures and breaks Swift's import of Glibc. */
#ifndef CNCURSES_SHIM_H
#define CNCURSES_SHIM_H
#define NCURSES_WIDECHAR 1
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <wchar.h>
#include <curses.h>

/* term.h would bring it, and macros named `lines` and `columns` with it. */
extern char *tigetstr(const char *);
extern int setupterm(const char *, int, int *);

/* newterm and not initscr: initscr ends the process over a bad TERM. */
static inline SCREEN *cnc_open(void) { return newterm(NULL, stdout, stdin); }
static inline int cnc_has_capability(const char *name) {
  char *value = tigetstr(name);
  return value != NULL && value != (char *)-1;
}
/* 1: TERM names a terminal, which is asked about without being touched. */
static inline int cnc_setup_terminal(void) {
  int found = 0;
  setupterm(NULL, 1, &found);
  return found;
}
static inline WINDOW *cnc_screen(void) { return stdscr; }
static inline void cnc_size(int *columns, int *rows) { getmaxyx(stdscr, *rows, *columns); }
static inline int cnc_colors(void) { return COLORS; }
static inline const char *cnc_codeset(void) { return nl_langinfo(CODESET); }
static inline int cnc_use_environment_locale(void) { return setlocale(LC_CTYPE, "") != NULL; }
static inline void cnc_repaint(void) { clearok(curscr, TRUE); }
static inline int cnc_keypad(void) { return keypad(stdscr, TRUE); }
/* get_wch answers at once. */
static inline void cnc_no_wait(void) { wtimeout(stdscr, 0); }
/* ERR, OK or KEY_CODE_YES. */
static inline int cnc_read(wint_t *value) { return wget_wch(stdscr, value); }

static const attr_t CNC_NORMAL = A_NORMAL, CNC_BOLD = A_BOLD, CNC_REVERSE = A_REVERSE, CNC_UNDERLINE = A_UNDERLINE;
static inline int cnc_attributes(attr_t attributes, short pair) { return wattr_set(stdscr, attributes, pair, NULL); }
static inline int cnc_put(int x, int y, const wchar_t *text, int count) { return mvwaddnwstr(stdscr, y, x, text, count); }
static inline int cnc_move(int x, int y) { return wmove(stdscr, y, x); }
static inline int cnc_refresh(void) { return wrefresh(stdscr); }
static inline int cnc_function_key(int n) { return KEY_F(n); }

/* Each as it comes: no waiting for what may become a double click. Whether there is a mouse that is taken now. All of the buttons,
   and letting go too, though only presses mean something: for what is not asked for ncurses waits in wgetch until something else comes. */
#define CNC_EACH(n) NCURSES_MOUSE_MASK(n, NCURSES_BUTTON_PRESSED | NCURSES_BUTTON_RELEASED)
#define CNC_BUTTONS (CNC_EACH(1) | CNC_EACH(2) | CNC_EACH(3) | CNC_EACH(4) | CNC_EACH(5))
static inline int cnc_take_mouse(int is_taken) {
  mouseinterval(0);
  return mousemask(is_taken ? CNC_BUTTONS : 0, NULL) != 0;
}
/* The number of the button that went down, or 0. */
static inline int cnc_mouse(int *x, int *y) {
  MEVENT event;
  if (getmouse(&event) != OK) return 0;
  *x = event.x;
  *y = event.y;
  return event.bstate & BUTTON1_PRESSED ? 1 : event.bstate & BUTTON4_PRESSED ? 4 : event.bstate & BUTTON5_PRESSED ? 5 : 0;
}

/* Not in Swift's Glibc without _XOPEN_SOURCE. */
extern int wcwidth(wchar_t);
static inline int cnc_width(wchar_t c) { return wcwidth(c); }
#endif
