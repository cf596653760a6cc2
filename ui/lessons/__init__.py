"""What the Lessons page is made of: the course, a chapter, its prediction and its worksheet."""
