"""Model files: catalogues, the verified shelf, carrying in; kit/ is for sticks, fetch/ the Fetcher."""
