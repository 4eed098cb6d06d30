"""How accurate the checking is: clean reports, planted faults, real reports, the same answer every time.

``make accuracy`` runs it and writes docs/ACCURACY.md and docs/accuracy.json.
"""
