"""What happens to a job is told to addresses outside."""
