// MessagingKit: to be written.
