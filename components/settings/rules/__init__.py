"""Rules across parts of the configuration, which no single model can check."""
