"""The standard as data: directions, positions, requirements, bands and weights of T/MIITEC 020-2024 and its like.

`rules` holds the frozen shapes, `parsing` turns a document into them, `documents` reads the shipped file,
`services.load_framework` puts one into the database and `queries` reads it back. It is global, not tenant data.
"""
