// NTPKit: to be written.
