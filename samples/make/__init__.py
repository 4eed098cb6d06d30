"""From the data files to report files: tables, prose, planted faults, and one writer a format."""
