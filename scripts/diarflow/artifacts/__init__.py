"""Files that rules exchange: tables, arrays, placeholders, failure records."""
