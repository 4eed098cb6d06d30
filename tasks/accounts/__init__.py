"""Who may sign in, what they may see, and what they did."""
