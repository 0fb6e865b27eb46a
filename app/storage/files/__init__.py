"""What lies on the disk, whatever it holds: its trouble, one program per profile, long files sealed."""
