"""The report: tables of errors, pictures of turns, and the page that shows them."""
