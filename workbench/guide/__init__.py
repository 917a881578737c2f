"""The guide for newcomers: content files become a static site that needs no kernel, no cookie and no other host."""
