"""What an organization has, before and after its removal. Pure: other packages read the clusters and the state."""
