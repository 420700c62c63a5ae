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

/* What librabbitmq 0.11 keeps to itself: why a certificate was not accepted, and what a TLS peer complained of. Of libssl and
   libcrypto, on which it is built, only this much is declared, since their headers are COpenSSL's. */
struct ssl_ctx_st;
struct x509_store_ctx_st;
extern void SSL_CTX_set_cert_verify_callback(struct ssl_ctx_st *context,
                                             int (*verify)(struct x509_store_ctx_st *chain, void *error), void *error);
extern int X509_verify_cert(struct x509_store_ctx_st *chain);
extern int X509_STORE_CTX_get_error(const struct x509_store_ctx_st *chain);
extern const char *X509_verify_cert_error_string(long error);
extern unsigned long ERR_peek_last_error(void);
extern void ERR_clear_error(void);
extern const char *ERR_reason_error_string(unsigned long error);

static inline int camqp_verify(struct x509_store_ctx_st *chain, void *error) {
  int accepted = X509_verify_cert(chain);
  *(int *)error = X509_STORE_CTX_get_error(chain);
  return accepted;
}

/* The usual verification, with its result (0: accepted) left in *error, which must live as long as the socket. */
static inline void camqp_note_verification(amqp_socket_t *socket, int *error) {
  SSL_CTX_set_cert_verify_callback((struct ssl_ctx_st *)amqp_ssl_socket_get_context(socket), camqp_verify, error);
}

/* The newest TLS error of this thread in OpenSSL's words, or NULL. */
static inline const char *camqp_tls_error(void) {
  unsigned long error = ERR_peek_last_error();
  return error ? ERR_reason_error_string(error) : NULL;
}

/* prctl is variadic too. Names the calling thread in ps, top and gdb; at most 15 bytes are kept. */
static inline void camqp_name_thread(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }
#endif
