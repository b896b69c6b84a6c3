"""Whole rows at once: their pictures, and the decoding of what a CTC network says of them."""
