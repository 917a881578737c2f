"""Words everybody uses; imports nothing else of ours."""
