"""What ink, letters and lines are found with."""
