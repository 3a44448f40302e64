"""What is special in one dialect, hazard by hazard."""
