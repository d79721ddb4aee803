"""Assessment cycles, their tracks, instruments and candidacies, and the ledger of marks in which all methods end."""
