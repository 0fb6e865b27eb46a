"""Item models: rows of the vault as Qt's lists see them."""
