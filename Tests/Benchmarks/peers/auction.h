// The auctions of a run: all alike, open from before the first bid until after the last.
#pragma once

#define AUCTION_NAME "pares-%06u"

enum { opening = 100000, increment = 5000 };  // minor units
