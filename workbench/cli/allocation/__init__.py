"""Commands about an allocation of households."""
