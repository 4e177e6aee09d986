"""costfloor: whether the fall of AI inference cost is structural or transient."""
