"""What calls do: the dial plan and its words, chances, functions, and other hosts."""
