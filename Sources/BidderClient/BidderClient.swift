// BidderClient: to be written.
