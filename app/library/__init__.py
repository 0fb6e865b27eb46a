"""Model files: catalogues, the verified shelf, carrying in by hand, the kit; fetch/ is the Fetcher."""
