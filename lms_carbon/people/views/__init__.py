"""Pages of people: getting in, one's own things, and the administrators' desk."""
