"""What ``doctor`` looks at and tries: engine, memory, network. The self-check uses them too."""
