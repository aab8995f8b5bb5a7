"""The API's sending half: files in, and what became of them out.

`bodies` reads what came with a request, `shapes` lists every field that leaves.
"""
