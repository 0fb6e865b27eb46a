"""What assistive technology meets in the transcript.

``outline`` says what a message consists of, ``words`` how it is called, ``nodes`` are the interfaces Qt
hands on, ``bridge`` keeps them in step with the view, ``speech`` says an answer while it is written.
Nothing here draws.
"""
