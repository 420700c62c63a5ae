// Bids as docs/protocol.md has them: made and signed in advance, read and verified.
#pragma once

#include <openssl/evp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { name_limit = 41, uuid_limit = 37, keyid_length = 64, signature_limit = 512, payload_limit = 8192 };

typedef struct {
  char keyid[keyid_length + 1], owner[name_limit];
  EVP_PKEY *key;
} Bidder;

typedef struct {
  Bidder *all;  // by keyid
  size_t count;
} KeyRing;

typedef struct {
  char auction[name_limit], id[uuid_limit], bidder[name_limit];
  int64_t amount;  // minor units
} Bid;

// Writes `folder`/keys/<bidder>.pem and `folder`/bids, a line per bid: its id, its auction's, its body. Bids of an auction rise by
// one increment each and never come twice in a row from the same bidder, so that all of them are to be accepted. The signature
// of bid number `spoiled` (from 1; 0: none) is wrong.
void bids_prepare(const char *folder, const char *kind, unsigned long bids, unsigned auctions, unsigned bidders,
                  unsigned long spoiled);

KeyRing ring_read(const char *folder);

// The envelope's signature under the registered key, then the payload; NULL, or the reason for its refusal.
const char *bid_open(const KeyRing *ring, const char *body, size_t length, Bid *bid);
