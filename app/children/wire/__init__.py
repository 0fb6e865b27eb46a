"""What lies between a process and its child: pipes, frames of JSON on a channel, raw bytes beside it."""
