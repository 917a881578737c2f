"""What the register prints: letters, interviews and forms."""
