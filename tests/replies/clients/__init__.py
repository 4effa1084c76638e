"""Mails as mail programs write them, with the words a person wrote in them."""
