"""What is done for the engine while nobody asks anything of it: memory, rest, sleep, snapshots.

``engine_care`` decides, ``step_down`` says what is given up first; ``snapshots`` keeps what was read.
"""
