"""Conversations put together from recordings of single speakers, with exact references."""
