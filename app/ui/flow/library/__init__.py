"""Controllers of the library window: models on this computer and to be had.

``controller`` keeps the window in step, ``wishes`` and ``dropping`` take what the person wants: model
files ``arriving``, the ``keeping`` of those that are here, all that is ``known``, and its ``showing``.
The order of the rooms is a contract in `pyproject.toml`.
"""
