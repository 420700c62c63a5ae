// ServiceKit: to be written.
