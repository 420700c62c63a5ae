// AuctionCore: to be written.
