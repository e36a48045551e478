"""The report: tables of errors, the pages that show them, and what is drawn on these."""
