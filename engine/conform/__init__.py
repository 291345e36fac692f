"""A score after the cut has changed: its notes go where their shots have gone, and what sounds as before is known."""
