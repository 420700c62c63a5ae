// One AMQP connection of a peer: consume, acknowledge, publish with pipelined confirms. Whatever goes wrong ends the program
// with a sentence: a peer that met trouble has no figure.
#pragma once

#include <amqp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { body_limit = 131072, id_limit = 64, confirm_limit = 1 << 16 };

typedef struct {
  uint64_t tag;
  const char *body;  // valid until the next link_next of this link
  size_t length;
  char message_id[id_limit], correlation_id[id_limit];
} Delivery;

typedef struct {
  const char *exchange, *key, *message_id, *correlation_id, *user_id;  // user_id may be NULL
  const char *body;
  size_t length;
  bool mandatory;
} Message;

typedef struct {
  amqp_connection_state_t state;
  int fd;
  const char *name;
  // Publishing: every number up to `settled` is confirmed, `confirmed` holds those beyond it that came out of order.
  uint64_t published, settled;
  uint8_t confirmed[confirm_limit];
  // Consuming: the delivery that is being put together, and how much of its body is still to come.
  Delivery delivery;
  size_t missing;
  char body[body_limit];
} Link;

// The development house's users have their names for passwords.
Link *link_open(int port, const char *user, const char *name);
void link_close(Link *link);

void link_confirms(Link *link);
// A prefetch of 0 consumes without acknowledgements.
void link_consume(Link *link, const char *queue, unsigned prefetch);
// An exclusive queue with a name of the broker's, bound to nothing yet; the name lives until the next call.
const char *link_queue(Link *link);
void link_bind(Link *link, const char *queue, const char *exchange, const char *key);

void link_publish(Link *link, const Message *message);
void link_acknowledge(Link *link, uint64_t up_to);
static inline uint64_t link_unsettled(const Link *link) { return link->published - link->settled; }

// Reads what has come, confirms too, and never waits: true with a whole delivery, false once there is nothing more.
bool link_next(Link *link, Delivery *delivery);
// Waits until one of the links (`second` may be NULL) can be read, at most this many nanoseconds.
void links_wait(const Link *first, const Link *second, int64_t nanoseconds);

int64_t now_ns(void);  // CLOCK_MONOTONIC: one clock for all processes of a run
_Noreturn void die(const char *format, ...) __attribute__((format(printf, 1, 2)));
