// NotificationService: to be written.
