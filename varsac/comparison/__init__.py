"""Models compared on the same works: trained, measured and put into one table."""
