"""Reports to print and to send: one description of a page, rendered as HTML and as PDF."""
