"""What each organization gets, where, and in which order."""
