// AuctionWire: to be written.
