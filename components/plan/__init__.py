"""The plan of a stack: every object of each organization, computed once and read by all other packages."""
