"""`python -m onechunk.cli`, where the script is not on the path."""

from onechunk.cli import main

main()
