"""The question bank: questions, their versions and reviews, the kinds of question, sample content.

`kinds.registry.KINDS` is what exams and pages build on: one module per kind, all of one shape.
"""
