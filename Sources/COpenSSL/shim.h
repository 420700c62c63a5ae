#ifndef COPENSSL_SHIM_H
#define COPENSSL_SHIM_H
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

/* Macros and variadic functions, which Swift does not import. */
static inline EVP_PKEY *cossl_generate_ed25519(void) { return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"); }
static inline EVP_PKEY *cossl_generate_p256(void) { return EVP_EC_gen("P-256"); }
static inline EVP_PKEY *cossl_generate_rsa(unsigned bits) { return EVP_RSA_gen(bits); }
static inline void cossl_free(void *memory) { OPENSSL_free(memory); }
#endif
