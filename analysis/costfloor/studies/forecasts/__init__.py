"""Every law and classical forecast from a dozen past origins."""
