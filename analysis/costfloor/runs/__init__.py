"""Many independent jobs, each result kept."""
