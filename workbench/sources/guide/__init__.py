"""What does a locality's guide for newcomers say? Markdown files with front matter, in several languages."""
