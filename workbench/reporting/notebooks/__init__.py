"""Report notebooks: which there are, which parameters they take, and how they are run."""
