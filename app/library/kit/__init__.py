"""The kit: a folder that carries installers and model files to a computer without a network.

``manifest`` is what it says it holds, ``parts`` how long files lie in it; ``making`` fills one,
``verifying`` finds damage, ``installing`` brings its model files onto the shelf.
"""
