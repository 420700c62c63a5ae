#define _GNU_SOURCE
#include "CTerminal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

static const int caught[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT, SIGQUIT, SIGHUP, SIGTERM, SIGINT, SIGALRM, SIGTSTP,
                             SIGWINCH};
enum { COUNT = sizeof caught / sizeof *caught, PATIENCE_SECONDS = 2, KEPT = 64 * 1024 };

/* Synchronized output, bracketed paste, every mouse mode, focus, cursor keys, keypad, attributes, cursor, screen. */
static const char reset[] =
    "\033[?2026l\033[?2004l\033[?1006l\033[?1003l\033[?1002l\033[?1000l\033[?1004l\033[?1l\033>\033[0m\033[?25h\033[?1049l\r";
/* On a screen that is the shell's too: below what was drawn. */
static const char below[] = "\033[999;1H\r\n";
static int is_shared;
static struct termios modes;
static int saved_terminal = -1;
static int terminal = -1; /* owned: >= 0 from arm until it was given back */
static int signal_pipe[2] = {-1, -1};
static int captured = -1, real_stderr = -1;
static struct sigaction before[NSIG];
static volatile sig_atomic_t offered; /* a polite signal that the owner has not read */
static volatile sig_atomic_t due;     /* the signal that the alarm stands for */

static void put(int fd, const char *bytes, size_t count) {
  while (count > 0) {
    ssize_t n = write(fd, bytes, count);
    if (n <= 0) return;
    bytes += n;
    count -= (size_t)n;
  }
}

static void dump_stderr(void) {
  int from = __atomic_exchange_n(&captured, -1, __ATOMIC_SEQ_CST);
  if (from < 0) return;
  dup2(real_stderr, STDERR_FILENO);
  struct stat s;
  off_t at = fstat(from, &s) == 0 && s.st_size > KEPT ? s.st_size - KEPT : 0;
  char buffer[1024];
  ssize_t n;
  while ((n = pread(from, buffer, sizeof buffer, at)) > 0) {
    put(STDERR_FILENO, buffer, (size_t)n);
    at += n;
  }
}

static void give_back(void) {
  int fd = __atomic_exchange_n(&terminal, -1, __ATOMIC_SEQ_CST);
  if (fd < 0) return;
  put(fd, reset, sizeof reset - 1);
  if (is_shared) put(fd, below, sizeof below - 1);
  tcsetattr(fd, TCSANOW, &modes);
  dump_stderr();
}

static int is_fault(int s) { return s == SIGSEGV || s == SIGBUS || s == SIGILL || s == SIGFPE || s == SIGTRAP; }
static int is_polite(int s) { return s == SIGINT || s == SIGTERM || s == SIGHUP; }

static void die(int s) {
  struct sigaction plain = {.sa_handler = SIG_DFL};
  sigaction(s, &plain, NULL);
  sigset_t one;
  sigemptyset(&one);
  sigaddset(&one, s);
  pthread_sigmask(SIG_UNBLOCK, &one, NULL);
  raise(s);
}

static void handle(int s, siginfo_t *info, void *context) {
  int error = errno;
  if (s == SIGTSTP || s == SIGWINCH) { /* the owner stops, or draws anew, between two frames */
    if (s == SIGWINCH && before[s].sa_handler != SIG_DFL && before[s].sa_handler != SIG_IGN) before[s].sa_handler(s);
    unsigned char byte = (unsigned char)s;
    ssize_t written = write(signal_pipe[1], &byte, 1);
    (void)written;
    errno = error;
    return;
  }
  if (is_polite(s) && !offered && due == 0 && __atomic_load_n(&terminal, __ATOMIC_SEQ_CST) >= 0) {
    int typed = s == SIGINT && info->si_code > 0; /* the kernel sent it: Ctrl-C */
    unsigned char byte = (unsigned char)(typed ? s | CTERMINAL_TYPED : s);
    offered = 1;
    if (!typed) {
      due = s;
      alarm(PATIENCE_SECONDS);
    }
    if (write(signal_pipe[1], &byte, 1) == 1) {
      errno = error;
      return;
    }
  }
  give_back();
  /* A real fault happens again at the same instruction, and the runtime's own handler reports it from there. */
  if (is_fault(s) && info->si_code > 0) {
    sigaction(s, &before[s], NULL);
    return;
  }
  /* Our own abort(): let the runtime's handler report it. A signal from outside is not reported: that handler would return. */
  if (s == SIGABRT && info->si_pid == getpid() && before[s].sa_flags & SA_SIGINFO && before[s].sa_sigaction != NULL) {
    before[s].sa_sigaction(s, info, context);
  }
  die(s == SIGALRM && due != 0 ? due : s);
}

int cterminal_save(int fd) {
  if (tcgetattr(fd, &modes) != 0) return errno;
  saved_terminal = fd;
  return 0;
}

int cterminal_arm(int shares_screen) {
  if (saved_terminal < 0) return ENOTTY;
  is_shared = shares_screen;
  if (signal_pipe[0] < 0 && pipe2(signal_pipe, O_CLOEXEC | O_NONBLOCK) != 0) return errno;
  /* A stack of its own for the handler on this thread: the overflow of the usual one is among the faults. */
  static char stack[64 * 1024];
  stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack}, current;
  if (sigaltstack(NULL, &current) == 0 && current.ss_flags & SS_DISABLE) sigaltstack(&alternate, NULL);
  offered = 0;
  due = 0;
  __atomic_store_n(&terminal, saved_terminal, __ATOMIC_SEQ_CST);
  for (int i = 0; i < COUNT; i++) {
    struct sigaction action = {.sa_sigaction = handle};
    action.sa_flags = SA_SIGINFO | SA_ONSTACK | (caught[i] == SIGTSTP || caught[i] == SIGWINCH ? SA_RESTART : SA_NODEFER);
    if (sigaction(caught[i], &action, &before[caught[i]]) != 0) return errno;
  }
  return 0;
}

int cterminal_armed(void) { return __atomic_load_n(&terminal, __ATOMIC_SEQ_CST) >= 0; }

void cterminal_disarm(void) {
  if (__atomic_exchange_n(&terminal, -1, __ATOMIC_SEQ_CST) < 0) return;
  alarm(0);
  for (int i = 0; i < COUNT; i++) sigaction(caught[i], &before[caught[i]], NULL);
  /* ncurses leaves handlers of its own for these; what comes after it wants the plain meaning. */
  struct sigaction plain = {.sa_handler = SIG_DFL};
  sigaction(SIGINT, &plain, NULL);
  sigaction(SIGTERM, &plain, NULL);
  sigaction(SIGTSTP, &plain, NULL);
}

void cterminal_stop(void) {
  struct sigaction plain = {.sa_handler = SIG_DFL}, ours;
  sigset_t one, old;
  sigemptyset(&one);
  sigaddset(&one, SIGTSTP);
  sigaction(SIGTSTP, &plain, &ours);
  pthread_sigmask(SIG_UNBLOCK, &one, &old);
  raise(SIGTSTP);
  pthread_sigmask(SIG_SETMASK, &old, NULL);
  sigaction(SIGTSTP, &ours, NULL);
}

int cterminal_signals(void) { return signal_pipe[0]; }

int cterminal_next_signal(void) {
  unsigned char byte;
  if (signal_pipe[0] < 0 || read(signal_pipe[0], &byte, 1) != 1) return 0;
  if (is_polite(byte & ~CTERMINAL_TYPED)) offered = 0;
  return byte;
}

int cterminal_capture_stderr(void) {
  int memory = memfd_create("stderr", MFD_CLOEXEC);
  if (memory < 0) return errno;
  /* Appending, so that what is written after a trim starts at the beginning. */
  if (fcntl(memory, F_SETFL, O_APPEND) != 0 || (real_stderr = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3)) < 0
      || dup2(memory, STDERR_FILENO) < 0) {
    int error = errno;
    close(memory);
    return error;
  }
  __atomic_store_n(&captured, memory, __ATOMIC_SEQ_CST);
  return 0;
}

void cterminal_trim_stderr(size_t limit) {
  int memory = __atomic_load_n(&captured, __ATOMIC_SEQ_CST);
  struct stat s;
  if (memory >= 0 && fstat(memory, &s) == 0 && (size_t)s.st_size > limit && ftruncate(memory, 0) != 0) return;
}

void cterminal_release_stderr(void) {
  int memory = __atomic_load_n(&captured, __ATOMIC_SEQ_CST);
  if (memory < 0) return;
  dump_stderr();
  close(memory);
  close(real_stderr);
  real_stderr = -1;
}

int cterminal_restart_without_questions(char *const *arguments) {
  if (getenv("SWIFT_BACKTRACE") != NULL) return 0;
  if (setenv("SWIFT_BACKTRACE", "interactive=no,color=no,threads=crashed,registers=none,images=none", 1) != 0) return errno;
  /* The real path and not the link, so that the process keeps its name. */
  char path[PATH_MAX];
  ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
  if (n <= 0) return errno;
  path[n] = 0;
  execv(path, arguments);
  return errno;
}

_Noreturn void cterminal_die(int signal) {
  die(signal);
  _exit(128 + signal);
}
