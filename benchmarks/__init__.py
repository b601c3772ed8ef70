"""What the project says of its speed and size, measured side by side in one run."""
