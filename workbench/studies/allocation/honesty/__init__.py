"""How much better is the plan really? Gains judged on persons that the scores have not seen, beside worlds of none."""
