"""Pure rules of marking: points as written, rubrics as documents, when two marks agree."""
