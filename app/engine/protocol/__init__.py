"""What Interface and Engine say to each other: frozen values with a JSON form, nothing that computes."""
