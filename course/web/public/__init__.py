"""Pages anyone may see, and the few pages a link in a message leads to."""
