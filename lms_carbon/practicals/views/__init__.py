"""The candidate's sheet, and the officers' desk."""
