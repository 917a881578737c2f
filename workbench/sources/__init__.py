"""Outside data in: files, localities, synthetic households."""
