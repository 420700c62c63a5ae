#ifndef CAMQP_SHIM_H
#define CAMQP_SHIM_H
#include <sys/time.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <amqp.h>
#include <amqp_framing.h>
#include <amqp_ssl_socket.h>
#include <amqp_tcp_socket.h>

/* amqp_login_with_properties is variadic, which Swift does not import: one function for each SASL mechanism. */
static inline amqp_rpc_reply_t camqp_login_plain(amqp_connection_state_t state, const char *virtual_host, int channel_max,
                                                 int frame_max, int heartbeat, const amqp_table_t *properties,
                                                 const char *user, const char *password) {
  return amqp_login_with_properties(state, virtual_host, channel_max, frame_max, heartbeat, properties,
                                    AMQP_SASL_METHOD_PLAIN, user, password);
}

static inline amqp_rpc_reply_t camqp_login_external(amqp_connection_state_t state, const char *virtual_host,
                                                    int channel_max, int frame_max, int heartbeat,
                                                    const amqp_table_t *properties, const char *identity) {
  return amqp_login_with_properties(state, virtual_host, channel_max, frame_max, heartbeat, properties,
                                    AMQP_SASL_METHOD_EXTERNAL, identity);
}

/* prctl is variadic too. Names the calling thread in ps, top and gdb; at most 15 bytes are kept. */
static inline void camqp_name_thread(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }
#endif
