"""What onechunk writes, read by the vendors' own clients."""
