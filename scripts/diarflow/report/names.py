"""Names that tables use in the place of a recording's or a corpus's."""

ALL = "ALL"
COMPLETED = "COMPLETED"
