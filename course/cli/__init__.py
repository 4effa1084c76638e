"""The `course` command: one file a command, loaded only when it is called."""
