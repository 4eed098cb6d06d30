"""What the test of the whole way needs: the reports of one agency as its story goes, and a camera."""
