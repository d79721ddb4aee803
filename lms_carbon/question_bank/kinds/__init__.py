"""The kinds of question, one module each, all of one shape (`base.Kind`), listed in `registry.KINDS`.

A kind knows its content (schema and rules), the answer it takes, what an answer earns and why, and what a candidate
may see. It knows neither database nor request.
"""
