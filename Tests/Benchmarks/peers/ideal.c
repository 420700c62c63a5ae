// The plain C program that the suite is measured against: the same three hops with the same guarantees, one signature verified per
// bid, one fsync per batch, a message per bid on every hop. README.md beside it says what it leaves out. Each role is a process:
// it says "ready" on its output, does its part of the run, and ends with one line of JSON about itself.
#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>

#include "auction.h"
#include "bid.h"
#include "link.h"

typedef struct {
  int port;
  const char *work, *key;
  unsigned long bids, spoiled;
  unsigned auctions, bidders, rate;
} Options;

// Bids in a transaction, deliveries unacknowledged, a bidder's publishes unconfirmed: more of each brought nothing.
enum { batch_limit = 256, prefetch = 1000, window = 1000 };
enum { second_ns = 1000000000 };
static const int64_t closing_us = 4102444800000000;  // an end far away: auctions of a run never close

static int64_t cpu_us(void) {
  struct rusage used;
  getrusage(RUSAGE_SELF, &used);
  return (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * INT64_C(1000000) + used.ru_utime.tv_usec + used.ru_stime.tv_usec;
}

static int64_t cpu_when_ready;

static void ready(void) {
  puts("ready");
  fflush(stdout);
  cpu_when_ready = cpu_us();
}

static int64_t cpu_since_ready(void) { return cpu_us() - cpu_when_ready; }

static void *allocate(size_t count, size_t size) {
  void *memory = calloc(count, size);
  if (!memory) die("no memory");
  return memory;
}

// load: the bidders

static char *read_bids(const char *work) {
  char path[4096];
  snprintf(path, sizeof path, "%s/bids", work);
  FILE *file = fopen(path, "r");
  if (!file || fseek(file, 0, SEEK_END) != 0) die("%s: %s", path, strerror(errno));
  const long size = ftell(file);
  char *text = allocate(size + 1, 1);
  rewind(file);
  if (fread(text, 1, size, file) != (size_t)size) die("%s: cannot be read", path);
  fclose(file);
  return text;
}

static Message *parse_bids(char *text, unsigned long bids) {
  Message *messages = allocate(bids, sizeof *messages);
  for (unsigned long i = 0; i < bids; i++) {
    char *id = strsep(&text, " "), *auction = strsep(&text, " "), *body = strsep(&text, "\n");
    if (!body) die("fewer than %lu bids in the file", bids);
    messages[i] = (Message){.exchange = "lances", .key = "lance.realizado", .message_id = id, .correlation_id = auction,
                            .user_id = "cliente", .body = body, .length = strlen(body), .mandatory = true};
  }
  return messages;
}

static void settle(Link *link, int64_t wait_ns) {
  Delivery none;
  links_wait(link, NULL, wait_ns);
  if (link_next(link, &none)) die("%s: a delivery where none was asked for", link->name);
}

static void load(const Options *options) {
  Message *messages = parse_bids(read_bids(options->work), options->bids);
  Link *link = link_open(options->port, "cliente", "load");
  link_confirms(link);
  prctl(PR_SET_TIMERSLACK, 1UL);
  ready();
  if (getchar() == EOF) die("load: not told to go");

  const int64_t first = now_ns();
  for (unsigned long i = 0; i < options->bids; i++) {
    if (options->rate > 0) {
      // Open loop: a bid is due at its instant, whatever became of those before it.
      const int64_t due = first + (int64_t)(i * (double)second_ns / options->rate);
      for (int64_t left; (left = due - now_ns()) > 0;) settle(link, left);
    }
    while (link_unsettled(link) >= window) settle(link, second_ns);
    link_publish(link, &messages[i]);
    if (i % 16 == 15) settle(link, 0);
  }
  while (link_unsettled(link) > 0) settle(link, second_ns);
  printf("{\"role\":\"load\",\"bids\":%lu,\"first_ns\":%lld,\"cpu_us\":%lld}\n", options->bids, (long long)first,
         (long long)cpu_since_ready());
  link_close(link);
}

// judge: ms-lance. All bids of a run are good: one that is refused means that something went wrong.

typedef struct {
  int64_t price;  // minor units, 0 before the first bid
  char leader[name_limit];
} Book;

typedef struct {
  Bid bid;
  const char *entry;
  size_t length;
} Accepted;

typedef struct {
  sqlite3 *db;
  sqlite3_stmt *begin, *insert, *mark, *commit;
  sqlite3_int64 number;
} Journal;

static void need_sqlite(Journal *journal, bool well, const char *doing) {
  if (!well) die("journal: %s: %s", doing, sqlite3_errmsg(journal->db));
}

static sqlite3_stmt *prepared(Journal *journal, const char *sql) {
  sqlite3_stmt *statement;
  need_sqlite(journal, sqlite3_prepare_v3(journal->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) == SQLITE_OK, sql);
  return statement;
}

static void step(Journal *journal, sqlite3_stmt *statement) {
  need_sqlite(journal, sqlite3_step(statement) == SQLITE_DONE, sqlite3_sql(statement));
  sqlite3_reset(statement);
}

static Journal journal_open(const char *work) {
  char path[4096];
  Journal journal = {0};
  snprintf(path, sizeof path, "%s/journal.sqlite", work);
  if (sqlite3_open(path, &journal.db) != SQLITE_OK) die("%s: %s", path, sqlite3_errmsg(journal.db));
  const char *schema =
      "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
      "CREATE TABLE lances (numero INTEGER PRIMARY KEY, id_lance TEXT NOT NULL UNIQUE, id_leilao TEXT NOT NULL,"
      " id_usuario TEXT NOT NULL, valor_centavos INTEGER NOT NULL, entrada BLOB NOT NULL) STRICT;"
      "CREATE TABLE enviados (ate INTEGER NOT NULL) STRICT; INSERT INTO enviados VALUES (0);";
  need_sqlite(&journal, sqlite3_exec(journal.db, schema, NULL, NULL, NULL) == SQLITE_OK, "schema");
  sqlite3_stmt *level = prepared(&journal, "PRAGMA synchronous");
  if (sqlite3_step(level) != SQLITE_ROW || sqlite3_column_int(level, 0) != 2) die("journal: synchronous is not FULL");
  sqlite3_finalize(level);
  journal.begin = prepared(&journal, "BEGIN IMMEDIATE");
  journal.insert = prepared(&journal, "INSERT INTO lances VALUES (?, ?, ?, ?, ?, ?)");
  journal.mark = prepared(&journal, "UPDATE enviados SET ate = ?");
  journal.commit = prepared(&journal, "COMMIT");
  return journal;
}

// One transaction, one fsync. `sent` is how many entries are confirmed by the broker: after a crash those beyond it would go again.
static void journal_commit(Journal *journal, const Accepted *batch, unsigned count, uint64_t sent) {
  step(journal, journal->begin);
  for (unsigned i = 0; i < count; i++) {
    const Accepted *one = &batch[i];
    sqlite3_bind_int64(journal->insert, 1, ++journal->number);
    sqlite3_bind_text(journal->insert, 2, one->bid.id, -1, SQLITE_STATIC);
    sqlite3_bind_text(journal->insert, 3, one->bid.auction, -1, SQLITE_STATIC);
    sqlite3_bind_text(journal->insert, 4, one->bid.bidder, -1, SQLITE_STATIC);
    sqlite3_bind_int64(journal->insert, 5, one->bid.amount);
    sqlite3_bind_blob(journal->insert, 6, one->entry, (int)one->length, SQLITE_STATIC);
    step(journal, journal->insert);
  }
  sqlite3_bind_int64(journal->mark, 1, (sqlite3_int64)sent);
  step(journal, journal->mark);
  step(journal, journal->commit);
}

static const char *decide(Book *books, unsigned auctions, const Bid *bid) {
  unsigned number;
  if (sscanf(bid->auction, AUCTION_NAME, &number) != 1 || number >= auctions) return "leilao_desconhecido";
  Book *book = &books[number];
  if (strcmp(book->leader, bid->bidder) == 0) return "ja_lidera";
  if (bid->amount < (book->price == 0 ? opening : book->price + increment)) return "abaixo_do_minimo";
  book->price = bid->amount;
  strcpy(book->leader, bid->bidder);
  return NULL;
}

// An entry of a block, as the protocol spells it: the bid's envelope and the state after it.
static size_t write_entry(char *to, const Delivery *delivery, const Bid *bid) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  char *end = stpcpy(to, "{\"lance\":");
  end = mempcpy(end, delivery->body, delivery->length);
  end += sprintf(end, ",\"recebido_us\":%lld,\"preco_centavos\":%lld,\"lider\":\"%s\",\"minimo_centavos\":%lld,\"fim_us\":%lld}",
                 (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000, (long long)bid->amount, bid->bidder,
                 (long long)bid->amount + increment, (long long)closing_us);
  return end - to;
}

static void judge(const Options *options) {
  const KeyRing ring = ring_read(options->work);
  Journal journal = journal_open(options->work);
  Book *books = allocate(options->auctions, sizeof *books);
  Accepted *batch = allocate(batch_limit, sizeof *batch);
  const size_t largest = body_limit + 512, arena_size = batch_limit * 2048 + largest;
  char *arena = allocate(arena_size, 1);
  // Two connections: while the broker is short of memory one that publishes is not read, and its acknowledgements would stall.
  Link *out = link_open(options->port, "ms_lance", "judge out"), *in = link_open(options->port, "ms_lance", "judge in");
  link_confirms(out);
  link_consume(in, "lance_realizado", prefetch);
  ready();

  unsigned long accepted = 0, commits = 0;
  while (accepted < options->bids || link_unsettled(out) > 0) {
    Delivery delivery;
    unsigned taken = 0;
    size_t used = 0;
    uint64_t last = 0;
    while (taken < batch_limit && arena_size - used >= largest && link_next(in, &delivery)) {
      Accepted *one = &batch[taken];
      const char *reason = bid_open(&ring, delivery.body, delivery.length, &one->bid);
      if (!reason) reason = decide(books, options->auctions, &one->bid);
      if (reason) die("judge: bid %s refused: %s", delivery.message_id, reason);
      one->entry = arena + used;
      one->length = write_entry(arena + used, &delivery, &one->bid);
      used += one->length;
      last = delivery.tag;
      taken++;
    }
    if (taken > 0) {
      journal_commit(&journal, batch, taken, out->settled);
      link_acknowledge(in, last);
      while (link_unsettled(out) > confirm_limit - batch_limit) settle(out, second_ns);
      for (unsigned i = 0; i < taken; i++)
        link_publish(out, &(Message){.exchange = "leilao", .key = "lance.validado", .message_id = batch[i].bid.id,
                                     .correlation_id = batch[i].bid.auction, .body = batch[i].entry, .length = batch[i].length,
                                     .mandatory = true});
      accepted += taken;
      commits++;
    }
    settle(out, 0);
    if (taken == 0) links_wait(in, out, second_ns);
  }
  printf("{\"role\":\"judge\",\"accepted\":%lu,\"commits\":%lu,\"cpu_us\":%lld}\n", accepted, commits,
         (long long)cpu_since_ready());
  sqlite3_stmt *statements[] = {journal.begin, journal.insert, journal.mark, journal.commit};
  for (size_t i = 0; i < sizeof statements / sizeof *statements; i++) sqlite3_finalize(statements[i]);
  if (sqlite3_close(journal.db) != SQLITE_OK) die("journal: close: %s", sqlite3_errmsg(journal.db));
  link_close(in);
  link_close(out);
}

// notify: ms-notificacao

static void notify(const Options *options) {
  Link *out = link_open(options->port, "ms_notificacao", "notify out");
  Link *in = link_open(options->port, "ms_notificacao", "notify in");
  link_confirms(out);
  link_consume(in, "notificacao", prefetch);
  ready();

  // The n-th delivery is the n-th publish, so that a confirm's number is the tag to acknowledge.
  uint64_t acknowledged = 0;
  while (acknowledged < options->bids) {
    Delivery delivery;
    unsigned taken = 0;
    for (; taken < batch_limit && link_next(in, &delivery); taken++) {
      char key[id_limit + 8];
      snprintf(key, sizeof key, "leilao.%s", delivery.correlation_id);
      link_publish(out, &(Message){.exchange = "notificacoes", .key = key, .message_id = delivery.message_id,
                                   .correlation_id = delivery.correlation_id, .body = delivery.body, .length = delivery.length});
      if (delivery.tag != out->published) die("notify: delivery tags are not in sequence");
    }
    settle(out, 0);
    if (out->settled > acknowledged) link_acknowledge(in, acknowledged = out->settled);
    if (taken == 0) links_wait(in, out, second_ns);
  }
  printf("{\"role\":\"notify\",\"forwarded\":%llu,\"cpu_us\":%lld}\n", (unsigned long long)acknowledged,
         (long long)cpu_since_ready());
  link_close(in);
  link_close(out);
}

// follow: a client of all the auctions

typedef struct {
  int64_t at, price;
  char id[id_limit];
} Received;

static int64_t price_in(const Delivery *delivery) {
  static const char member[] = "\"preco_centavos\":";
  const char *found = memmem(delivery->body, delivery->length, member, sizeof member - 1);
  if (!found) die("follow: a message without a price");
  return strtoll(found + sizeof member - 1, NULL, 10);  // an entry does not end with a digit
}

static void follow(const Options *options) {
  Received *received = allocate(options->bids, sizeof *received);
  Link *in = link_open(options->port, "cliente", "follow");
  const char *queue = link_queue(in);
  for (unsigned i = 0; i < options->auctions; i++) {
    char key[id_limit];
    snprintf(key, sizeof key, "leilao." AUCTION_NAME, i);
    link_bind(in, queue, "notificacoes", key);
  }
  link_consume(in, queue, 0);
  ready();

  for (unsigned long count = 0; count < options->bids;) {
    Delivery delivery;
    while (count < options->bids && link_next(in, &delivery)) {
      Received *one = &received[count++];
      one->at = now_ns();
      one->price = price_in(&delivery);
      memcpy(one->id, delivery.message_id, sizeof one->id);
    }
    if (count < options->bids) links_wait(in, NULL, second_ns);
  }
  const int64_t cpu = cpu_since_ready();

  char path[4096];
  snprintf(path, sizeof path, "%s/received", options->work);
  FILE *file = fopen(path, "w");
  if (!file) die("%s: %s", path, strerror(errno));
  for (unsigned long i = 0; i < options->bids; i++)
    fprintf(file, "%s %lld %lld\n", received[i].id, (long long)received[i].price, (long long)received[i].at);
  if (fclose(file) != 0) die("%s: cannot be written", path);
  printf("{\"role\":\"follow\",\"received\":%lu,\"cpu_us\":%lld}\n", options->bids, (long long)cpu);
  link_close(in);
}

static unsigned long number(const char *option, const char *text, unsigned long least, unsigned long most) {
  char *end;
  errno = 0;
  const unsigned long value = strtoul(text, &end, 10);
  if (errno != 0 || *text < '0' || *text > '9' || *end != 0 || value < least || value > most)
    die("--%s takes %lu to %lu, not '%s'", option, least, most, text);
  return value;
}

int main(int count, char **arguments) {
  static const struct {
    const char *name;
    void (*run)(const Options *);
  } roles[] = {{"load", load}, {"judge", judge}, {"notify", notify}, {"follow", follow}};
  static const struct option known[] = {
      {"port", 1, NULL, 'p'},     {"work", 1, NULL, 'w'},    {"key", 1, NULL, 'k'},  {"bids", 1, NULL, 'n'},
      {"auctions", 1, NULL, 'a'}, {"bidders", 1, NULL, 'b'}, {"rate", 1, NULL, 'r'}, {"spoil", 1, NULL, 's'}, {0}};
  Options options = {.key = "ed25519", .bids = 20000, .auctions = 1, .bidders = 64};
  for (int option, index; (option = getopt_long(count, arguments, "", known, &index)) != -1;) {
    switch (option) {
      case 'p': options.port = (int)number("port", optarg, 1, 65535); break;
      case 'w': options.work = optarg; break;
      case 'k': options.key = optarg; break;
      case 'n': options.bids = number("bids", optarg, 1, 90000); break;
      case 's': options.spoiled = number("spoil", optarg, 0, 90000); break;
      case 'a': options.auctions = (unsigned)number("auctions", optarg, 1, 100000); break;
      case 'b': options.bidders = (unsigned)number("bidders", optarg, 2, 10000); break;
      case 'r': options.rate = (unsigned)number("rate", optarg, 0, 1000000); break;
      default: return 64;
    }
  }
  const char *role = optind < count ? arguments[optind] : "";
  if (!options.work) die("--work says where the run's files are");
  if (strcmp(role, "prepare") == 0) {
    bids_prepare(options.work, options.key, options.bids, options.auctions, options.bidders, options.spoiled);
    return 0;
  }
  for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
    if (strcmp(role, roles[i].name) == 0) {
      roles[i].run(&options);
      return 0;
    }
  die("a role is prepare, load, judge, notify or follow, not '%s'", role);
}
