"""Who can read which key: the access graph of a stack, planned and live, as data, text, JSON and a picture."""
