"""The kit: a folder that carries installers and model files to a computer without a network.

``manifest`` is what it says it holds, ``parts`` how long files lie in it; ``packing`` says what goes
in and ``making`` writes it, ``verifying`` finds damage, ``installing`` fills the shelf from it.
"""
