"""What computes here: devices, the library for the processor, and how fast it goes through weights."""
