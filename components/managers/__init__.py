"""Secret managers: one module for each, from its settings to its ClusterSecretStore."""
