"""What the pages of the site ask of the database; every question is answered within what a person may see."""
