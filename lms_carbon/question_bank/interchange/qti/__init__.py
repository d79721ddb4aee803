"""QTI: items and packages of 2.1, 2.2 and 3.0 in, 2.2 and 3.0 packages out, Canvas packages (QTI 1.2) in.

All versions are read as one: `names` gives QTI 3 the element names of QTI 2. What a question is scored like is not
guessed from its markup: its response processing is run (`processing`) on sample answers and compared with the kind.
"""
