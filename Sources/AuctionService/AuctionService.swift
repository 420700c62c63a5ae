// AuctionService: to be written.
