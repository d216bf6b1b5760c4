"""Building blocks of every model: the base class, field types, templates and plain-English messages."""
