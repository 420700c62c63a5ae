// The reader takes the canonical spelling only (members in the protocol's order, no white space), which is how every program of the
// house writes: an ideal that reads less cannot be slower for it.
#define _GNU_SOURCE
#include "bid.h"

#include <errno.h>
#include <glob.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "auction.h"
#include "link.h"

static const char payload_type[] = "application/vnd.leilao.lance-realizado.v1+json";
static const char edition[] = "6c83000a700269f8c05abe2ea485f8657456a1e2ec6d4659dcb36b2bef82e2ca";
enum { salt_length = 32, pae_limit = payload_limit + 128 };

static _Noreturn void die_openssl(const char *doing) { die("%s: %s", doing, ERR_reason_error_string(ERR_get_error())); }

// What DSSE signs.
static size_t pae(char *to, const char *payload, size_t length) {
  const int head = sprintf(to, "DSSEv1 %zu %s %zu ", sizeof payload_type - 1, payload_type, length);
  memcpy(to + head, payload, length);
  return head + length;
}

// The algorithm follows from the key: Ed25519 over the message, P-256 with SHA-256, RSA-PSS with SHA-256 and a salt of 32 bytes.
static const EVP_MD *digest_for(EVP_PKEY *key) { return EVP_PKEY_is_a(key, "ED25519") ? NULL : EVP_sha256(); }

static bool padding(EVP_PKEY *key, EVP_PKEY_CTX *context) {
  return !EVP_PKEY_is_a(key, "RSA") || (EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) > 0 &&
                                        EVP_PKEY_CTX_set_rsa_pss_saltlen(context, salt_length) > 0);
}

static size_t sign(EVP_PKEY *key, const char *message, size_t length, unsigned char *signature) {
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  EVP_PKEY_CTX *options;
  size_t size = signature_limit;
  if (!context || EVP_DigestSignInit(context, &options, digest_for(key), NULL, key) <= 0 || !padding(key, options) ||
      EVP_DigestSign(context, signature, &size, (const unsigned char *)message, length) <= 0)
    die_openssl("sign");
  EVP_MD_CTX_free(context);
  return size;
}

static bool verifies(EVP_PKEY *key, const char *message, size_t length, const unsigned char *signature, size_t size) {
  static EVP_MD_CTX *context;
  EVP_PKEY_CTX *options;
  if (!context && !(context = EVP_MD_CTX_new())) die_openssl("verify");
  EVP_MD_CTX_reset(context);
  if (EVP_DigestVerifyInit(context, &options, digest_for(key), NULL, key) <= 0 || !padding(key, options)) die_openssl("verify");
  if (EVP_DigestVerify(context, signature, size, (const unsigned char *)message, length) == 1) return true;
  ERR_clear_error();
  return false;
}

// Keys

static EVP_PKEY *new_key(const char *kind) {
  EVP_PKEY *key = NULL;
  if (!strcmp(kind, "ed25519")) key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
  else if (!strcmp(kind, "p256")) key = EVP_EC_gen("P-256");
  else if (!strcmp(kind, "rsa2048")) key = EVP_RSA_gen(2048);
  else die("--key takes ed25519, p256 or rsa2048, not '%s'", kind);
  if (!key) die_openssl("keygen");
  return key;
}

static void set_keyid(Bidder *bidder) {
  unsigned char *spki = NULL, digest[SHA256_DIGEST_LENGTH];
  const int length = i2d_PUBKEY(bidder->key, &spki);
  if (length <= 0) die_openssl("key");
  SHA256(spki, length, digest);
  OPENSSL_free(spki);
  for (int i = 0; i < SHA256_DIGEST_LENGTH; i++) sprintf(bidder->keyid + 2 * i, "%02x", digest[i]);
}

static FILE *open_file(const char *path, const char *mode) {
  FILE *file = fopen(path, mode);
  if (!file) die("%s: %s", path, strerror(errno));
  return file;
}

static int by_keyid(const void *left, const void *right) {
  return memcmp(((const Bidder *)left)->keyid, ((const Bidder *)right)->keyid, keyid_length);
}

KeyRing ring_read(const char *folder) {
  char pattern[4096];
  glob_t found;
  snprintf(pattern, sizeof pattern, "%s/keys/*.pem", folder);
  if (glob(pattern, 0, NULL, &found) != 0) die("no keys in %s/keys", folder);
  KeyRing ring = {.all = calloc(found.gl_pathc, sizeof(Bidder)), .count = found.gl_pathc};
  if (!ring.all) die("no memory");
  for (size_t i = 0; i < ring.count; i++) {
    Bidder *bidder = &ring.all[i];
    const char *name = strrchr(found.gl_pathv[i], '/') + 1;
    FILE *file = open_file(found.gl_pathv[i], "r");
    if (!(bidder->key = PEM_read_PUBKEY(file, NULL, NULL, NULL))) die_openssl(found.gl_pathv[i]);
    fclose(file);
    snprintf(bidder->owner, sizeof bidder->owner, "%.*s", (int)(strlen(name) - strlen(".pem")), name);
    set_keyid(bidder);
  }
  globfree(&found);
  qsort(ring.all, ring.count, sizeof(Bidder), by_keyid);
  return ring;
}

// Making

// Version 4 in form, random enough to fall anywhere in an index, and the same in every run (SplitMix64).
static void uuid(char *to, uint64_t number) {
  uint64_t half[2];
  for (int i = 0; i < 2; i++) {
    uint64_t z = (2 * number + i + 1) * UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    half[i] = z ^ (z >> 31);
  }
  sprintf(to, "%08x-%04x-4%03x-8%03x-%012llx", (unsigned)(half[0] >> 32), (unsigned)(half[0] >> 16) & 0xffff,
          (unsigned)half[0] & 0xfff, (unsigned)(half[1] >> 48) & 0xfff, (unsigned long long)half[1] & 0xffffffffffff);
}

void bids_prepare(const char *folder, const char *kind, unsigned long bids, unsigned auctions, unsigned bidders,
                  unsigned long spoiled) {
  char path[4096];
  Bidder *all = calloc(bidders, sizeof *all);
  if (!all) die("no memory");
  snprintf(path, sizeof path, "%s/keys", folder);
  if (mkdir(path, 0700) != 0) die("%s: %s", path, strerror(errno));
  for (unsigned i = 0; i < bidders; i++) {
    all[i].key = new_key(kind);
    set_keyid(&all[i]);
    sprintf(all[i].owner, "cliente_%04u", i);
    snprintf(path, sizeof path, "%s/keys/%s.pem", folder, all[i].owner);
    FILE *file = open_file(path, "w");
    if (!PEM_write_PUBKEY(file, all[i].key) || fclose(file) != 0) die("%s: cannot be written", path);
  }

  snprintf(path, sizeof path, "%s/bids", folder);
  FILE *file = open_file(path, "w");
  for (unsigned long i = 0; i < bids; i++) {
    const unsigned auction = i % auctions;
    const unsigned long round = i / auctions;
    const Bidder *bidder = &all[(round + auction) % bidders];
    char id[uuid_limit], payload[payload_limit], message[pae_limit], encoded[payload_limit * 2], encoded_signature[1024];
    unsigned char signature[signature_limit];
    uuid(id, i);
    const int length = snprintf(
        payload, sizeof payload,
        "{\"id_leilao\":\"" AUCTION_NAME "\",\"id_lance\":\"%s\",\"edicao\":\"%s\",\"id_usuario\":\"%s\",\"valor_centavos\":%lld,"
        "\"visto\":null,\"relogio\":{\"em_us\":%lld,\"incerteza_us\":1850,\"estado\":\"sincronizado\"}}",
        auction, id, edition, bidder->owner, (long long)(opening + (int64_t)round * increment), 1795273290000000LL + (long long)i);
    const size_t size = sign(bidder->key, message, pae(message, payload, length), signature);
    if (i + 1 == spoiled) signature[size / 2] ^= 1;
    EVP_EncodeBlock((unsigned char *)encoded, (unsigned char *)payload, length);
    EVP_EncodeBlock((unsigned char *)encoded_signature, signature, (int)size);
    fprintf(file,
            "%s " AUCTION_NAME " {\"payload\":\"%s\",\"payloadType\":\"%s\",\"signatures\":[{\"keyid\":\"%s\",\"sig\":\"%s\"}]}\n",
            id, auction, encoded, payload_type, bidder->keyid, encoded_signature);
  }
  if (fclose(file) != 0) die("%s: cannot be written", path);
}

// Reading

typedef struct {
  const char *at, *end;
} Cursor;

static bool expect(Cursor *cursor, const char *literal) {
  const size_t length = strlen(literal);
  if ((size_t)(cursor->end - cursor->at) < length || memcmp(cursor->at, literal, length) != 0) return false;
  cursor->at += length;
  return true;
}

// Up to the next quotation mark, which is passed; nothing that is read here may hold an escape.
static bool quoted(Cursor *cursor, Cursor *value) {
  const char *quote = memchr(cursor->at, '"', cursor->end - cursor->at);
  if (!quote || memchr(cursor->at, '\\', quote - cursor->at)) return false;
  *value = (Cursor){cursor->at, quote};
  cursor->at = quote + 1;
  return true;
}

static bool string(Cursor *cursor, char *to, size_t limit) {
  Cursor value;
  if (!quoted(cursor, &value) || (size_t)(value.end - value.at) >= limit) return false;
  memcpy(to, value.at, value.end - value.at);
  to[value.end - value.at] = 0;
  return true;
}

static bool integer(Cursor *cursor, int64_t *value) {
  const char *start = cursor->at;
  for (*value = 0; cursor->at < cursor->end && *cursor->at >= '0' && *cursor->at <= '9'; cursor->at++)
    if ((*value = *value * 10 + (*cursor->at - '0')) >= INT64_C(1) << 53) return false;
  return cursor->at > start && (*start != '0' || cursor->at == start + 1);
}

// The number of bytes, or -1.
static int base64(Cursor text, unsigned char *to, size_t limit) {
  const size_t length = text.end - text.at;
  if (length == 0 || length % 4 != 0 || length / 4 * 3 > limit) return -1;
  const int size = EVP_DecodeBlock(to, (const unsigned char *)text.at, (int)length);
  return size < 0 ? -1 : size - (text.end[-1] == '=') - (text.end[-2] == '=');
}

static bool payload_open(Cursor cursor, Bid *bid) {
  char seen_edition[65], state[16];
  int64_t instant, uncertainty;
  return expect(&cursor, "{\"id_leilao\":\"") && string(&cursor, bid->auction, sizeof bid->auction) &&
         expect(&cursor, ",\"id_lance\":\"") && string(&cursor, bid->id, sizeof bid->id) && expect(&cursor, ",\"edicao\":\"") &&
         string(&cursor, seen_edition, sizeof seen_edition) && expect(&cursor, ",\"id_usuario\":\"") &&
         string(&cursor, bid->bidder, sizeof bid->bidder) && expect(&cursor, ",\"valor_centavos\":") &&
         integer(&cursor, &bid->amount) && expect(&cursor, ",\"visto\":null,\"relogio\":{\"em_us\":") && integer(&cursor, &instant) &&
         expect(&cursor, ",\"incerteza_us\":") && integer(&cursor, &uncertainty) && expect(&cursor, ",\"estado\":\"") &&
         string(&cursor, state, sizeof state) && expect(&cursor, "}}") && cursor.at == cursor.end &&
         strcmp(seen_edition, edition) == 0;
}

const char *bid_open(const KeyRing *ring, const char *body, size_t length, Bid *bid) {
  Cursor cursor = {body, body + length}, encoded, encoded_signature;
  Bidder wanted;
  unsigned char payload[payload_limit], signature[signature_limit];
  char message[pae_limit];
  if (!expect(&cursor, "{\"payload\":\"") || !quoted(&cursor, &encoded) || !expect(&cursor, ",\"payloadType\":\"") ||
      !expect(&cursor, payload_type) || !expect(&cursor, "\",\"signatures\":[{\"keyid\":\"") ||
      !string(&cursor, wanted.keyid, sizeof wanted.keyid) || strlen(wanted.keyid) != keyid_length ||
      !expect(&cursor, ",\"sig\":\"") || !quoted(&cursor, &encoded_signature) || !expect(&cursor, "}]}") || cursor.at != cursor.end)
    return "formato";
  const int size = base64(encoded, payload, sizeof payload);
  const int signature_size = base64(encoded_signature, signature, sizeof signature);
  if (size < 0 || signature_size < 0) return "formato";
  const Bidder *bidder = bsearch(&wanted, ring->all, ring->count, sizeof wanted, by_keyid);
  if (!bidder) return "usuario_desconhecido";
  const size_t signed_size = pae(message, (char *)payload, size);
  if (!verifies(bidder->key, message, signed_size, signature, signature_size)) return "assinatura_invalida";
  if (!payload_open((Cursor){(char *)payload, (char *)payload + size}, bid)) return "formato";
  return strcmp(bid->bidder, bidder->owner) == 0 ? NULL : "identidade_divergente";
}
