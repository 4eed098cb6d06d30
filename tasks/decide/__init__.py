"""What people decide of findings and reports, ask of agencies, and hear from them."""
