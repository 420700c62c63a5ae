// BidService: to be written.
