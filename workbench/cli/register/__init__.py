"""Commands about the register and its rounds."""
