"""What several tests share: recordings, snapshots, the corpus of real streams."""
