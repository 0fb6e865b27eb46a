"""The plan before a load: what a model file needs, what a computer has, the choice between.

Plain arithmetic on plain values: nothing here touches llama.cpp, a device or the network.
"""
