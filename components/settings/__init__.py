"""Stack configuration as typed settings: `parse` turns YAML into them, Python programs build the models directly."""
