"""The proof that delivered credentials work: every organization clones, pushes and pulls with the bytes of its Secrets.

It also proves that no organization reaches the repository, the image or the value of another one.
"""
