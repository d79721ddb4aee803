"""Questions from and to the formats of others: one module or folder each, listed in `registry.FORMATS`.

A format knows neither database nor request: it reads a file into findings and writes items into a file. What it cannot
read or carry it says, question by question; nothing is lost in silence.
"""
