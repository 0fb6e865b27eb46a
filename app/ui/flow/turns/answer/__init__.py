"""An answer while it is made: collected, shown and written to the vault."""
