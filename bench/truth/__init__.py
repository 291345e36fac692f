"""FoleyTruth: scenes whose sound events are known exactly, and the scorer. Shares no code with what it measures."""
