// SigningKit: to be written.
