"""The report: static HTML pages, their data, and the Markdown table of error rates."""
