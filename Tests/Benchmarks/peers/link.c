// The frame loop is our own (amqp_consume_message and the rest of librabbitmq's consumer know no confirms), and the waiting too:
// librabbitmq 0.11 spins on time-outs below a millisecond.
#define _GNU_SOURCE
#include "link.h"

#include <amqp_framing.h>
#include <amqp_tcp_socket.h>
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { channel = 1, frame_limit = 131072, heartbeat_s = 10 };

int64_t now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

void die(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fputs("ideal: ", stderr);
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
  va_end(arguments);
  exit(1);
}

static const char *text(amqp_bytes_t bytes) {
  static char copy[512];
  snprintf(copy, sizeof copy, "%.*s", (int)bytes.len, (const char *)bytes.bytes);
  return copy;
}

static void need_status(const Link *link, int status, const char *doing) {
  if (status != AMQP_STATUS_OK) die("%s: %s: %s", link->name, doing, amqp_error_string2(status));
}

static void need_reply(const Link *link, amqp_rpc_reply_t reply, const char *doing) {
  if (reply.reply_type == AMQP_RESPONSE_NORMAL) return;
  if (reply.reply_type == AMQP_RESPONSE_LIBRARY_EXCEPTION)
    die("%s: %s: %s", link->name, doing, amqp_error_string2(reply.library_error));
  if (reply.reply.id == AMQP_CHANNEL_CLOSE_METHOD) {
    const amqp_channel_close_t *close = reply.reply.decoded;
    die("%s: %s: %d %s", link->name, doing, close->reply_code, text(close->reply_text));
  }
  die("%s: %s: the broker closed the connection", link->name, doing);
}

Link *link_open(int port, const char *user, const char *name) {
  Link *link = calloc(1, sizeof *link);
  if (!link) die("%s: no memory", name);
  link->name = name;
  link->state = amqp_new_connection();
  amqp_socket_t *socket = link->state ? amqp_tcp_socket_new(link->state) : NULL;
  if (!socket) die("%s: no memory", name);
  struct timeval limit = {.tv_sec = 10};
  need_status(link, amqp_set_handshake_timeout(link->state, &limit), "time-out");
  need_status(link, amqp_set_rpc_timeout(link->state, &limit), "time-out");
  need_status(link, amqp_socket_open_noblock(socket, "127.0.0.1", port, &limit), "connect");
  need_reply(link, amqp_login(link->state, "leilao", 0, frame_limit, heartbeat_s, AMQP_SASL_METHOD_PLAIN, user, user), "login");
  amqp_channel_open(link->state, channel);
  need_reply(link, amqp_get_rpc_reply(link->state), "channel.open");
  link->fd = amqp_get_sockfd(link->state);
  return link;
}

void link_close(Link *link) {
  need_reply(link, amqp_connection_close(link->state, AMQP_REPLY_SUCCESS), "connection.close");
  amqp_destroy_connection(link->state);
  free(link);
}

void link_confirms(Link *link) {
  amqp_confirm_select(link->state, channel);
  need_reply(link, amqp_get_rpc_reply(link->state), "confirm.select");
}

void link_consume(Link *link, const char *queue, unsigned prefetch) {
  if (prefetch > 0) {
    amqp_basic_qos(link->state, channel, 0, prefetch, 0);
    need_reply(link, amqp_get_rpc_reply(link->state), "basic.qos");
  }
  amqp_basic_consume(link->state, channel, amqp_cstring_bytes(queue), amqp_empty_bytes, 0, prefetch == 0, 0, amqp_empty_table);
  need_reply(link, amqp_get_rpc_reply(link->state), "basic.consume");
}

const char *link_queue(Link *link) {
  static char name[512];
  const amqp_queue_declare_ok_t *declared =
      amqp_queue_declare(link->state, channel, amqp_empty_bytes, 0, 0, 1, 0, amqp_empty_table);
  need_reply(link, amqp_get_rpc_reply(link->state), "queue.declare");
  snprintf(name, sizeof name, "%.*s", (int)declared->queue.len, (const char *)declared->queue.bytes);
  return name;
}

void link_bind(Link *link, const char *queue, const char *exchange, const char *key) {
  amqp_queue_bind(link->state, channel, amqp_cstring_bytes(queue), amqp_cstring_bytes(exchange), amqp_cstring_bytes(key),
                  amqp_empty_table);
  need_reply(link, amqp_get_rpc_reply(link->state), "queue.bind");
}

void link_publish(Link *link, const Message *message) {
  amqp_basic_properties_t properties = {
      ._flags = AMQP_BASIC_DELIVERY_MODE_FLAG | AMQP_BASIC_CONTENT_TYPE_FLAG | AMQP_BASIC_MESSAGE_ID_FLAG |
                AMQP_BASIC_CORRELATION_ID_FLAG,
      .delivery_mode = AMQP_DELIVERY_PERSISTENT,
      .content_type = amqp_cstring_bytes("application/vnd.dsse.envelope.v1+json"),
      .message_id = amqp_cstring_bytes(message->message_id),
      .correlation_id = amqp_cstring_bytes(message->correlation_id),
  };
  if (message->user_id) {
    properties._flags |= AMQP_BASIC_USER_ID_FLAG;
    properties.user_id = amqp_cstring_bytes(message->user_id);
  }
  if (link_unsettled(link) >= confirm_limit) die("%s: more than %d unconfirmed", link->name, confirm_limit);
  const amqp_bytes_t body = {.len = message->length, .bytes = (void *)message->body};
  need_status(link,
              amqp_basic_publish(link->state, channel, amqp_cstring_bytes(message->exchange), amqp_cstring_bytes(message->key),
                                 message->mandatory, 0, &properties, body),
              "basic.publish");
  link->confirmed[++link->published % confirm_limit] = false;
}

void link_acknowledge(Link *link, uint64_t up_to) {
  need_status(link, amqp_basic_ack(link->state, channel, up_to, 1), "basic.ack");
}

static void confirm(Link *link, uint64_t tag, bool multiple) {
  if (tag > link->published) die("%s: a confirm of what was not published", link->name);
  if (multiple) {
    for (uint64_t number = link->settled + 1; number <= tag; number++) link->confirmed[number % confirm_limit] = true;
  } else {
    link->confirmed[tag % confirm_limit] = true;
  }
  while (link->settled < link->published && link->confirmed[(link->settled + 1) % confirm_limit]) link->settled++;
}

static void copy_id(char *to, bool there, amqp_bytes_t id) {
  if (!there || id.len >= id_limit) die("a message without a proper id");
  memcpy(to, id.bytes, id.len);
  to[id.len] = 0;
}

static void method(Link *link, const amqp_method_t *method) {
  switch (method->id) {
    case AMQP_BASIC_ACK_METHOD: {
      const amqp_basic_ack_t *ack = method->decoded;
      confirm(link, ack->delivery_tag, ack->multiple);
      return;
    }
    case AMQP_BASIC_DELIVER_METHOD:
      link->delivery.tag = ((const amqp_basic_deliver_t *)method->decoded)->delivery_tag;
      return;
    case AMQP_CHANNEL_CLOSE_METHOD: {
      const amqp_channel_close_t *close = method->decoded;
      die("%s: the broker closed the channel: %d %s", link->name, close->reply_code, text(close->reply_text));
    }
    case AMQP_CONNECTION_CLOSE_METHOD: {
      const amqp_connection_close_t *close = method->decoded;
      die("%s: the broker closed the connection: %d %s", link->name, close->reply_code, text(close->reply_text));
    }
    case AMQP_BASIC_RETURN_METHOD: die("%s: a message could not be routed", link->name);
    case AMQP_BASIC_NACK_METHOD: die("%s: the broker refused a message", link->name);
    default: die("%s: unexpected %s", link->name, amqp_method_name(method->id));
  }
}

bool link_next(Link *link, Delivery *delivery) {
  for (;;) {
    amqp_frame_t frame;
    amqp_maybe_release_buffers(link->state);
    const int status = amqp_simple_wait_frame_noblock(link->state, &frame, &(struct timeval){0});
    if (status == AMQP_STATUS_TIMEOUT) return false;
    need_status(link, status, "read");
    switch (frame.frame_type) {
      case AMQP_FRAME_METHOD: method(link, &frame.payload.method); continue;
      case AMQP_FRAME_HEADER: {
        const amqp_basic_properties_t *properties = frame.payload.properties.decoded;
        if (frame.payload.properties.body_size > body_limit) die("%s: a body over %d bytes", link->name, body_limit);
        link->missing = frame.payload.properties.body_size;
        link->delivery.length = 0;
        link->delivery.body = link->body;
        copy_id(link->delivery.message_id, properties->_flags & AMQP_BASIC_MESSAGE_ID_FLAG, properties->message_id);
        copy_id(link->delivery.correlation_id, properties->_flags & AMQP_BASIC_CORRELATION_ID_FLAG, properties->correlation_id);
        if (link->missing > 0) continue;
        break;
      }
      case AMQP_FRAME_BODY: {
        const amqp_bytes_t part = frame.payload.body_fragment;
        if (part.len > link->missing) die("%s: a body longer than its header says", link->name);
        memcpy(link->body + link->delivery.length, part.bytes, part.len);
        link->delivery.length += part.len;
        link->missing -= part.len;
        if (link->missing > 0) continue;
        break;
      }
      default: continue;  // heartbeat
    }
    *delivery = link->delivery;
    return true;
  }
}

void links_wait(const Link *first, const Link *second, int64_t nanoseconds) {
  if (nanoseconds <= 0) return;
  struct pollfd sockets[] = {{.fd = first->fd, .events = POLLIN}, {.fd = second ? second->fd : -1, .events = POLLIN}};
  const struct timespec limit = {.tv_sec = nanoseconds / 1000000000, .tv_nsec = nanoseconds % 1000000000};
  if (ppoll(sockets, second ? 2 : 1, &limit, NULL) < 0 && errno != EINTR) die("poll: %s", strerror(errno));
}
