"""The base of every model, and the field types that the models share."""
