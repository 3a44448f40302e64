"""Files that the pages show whole."""
