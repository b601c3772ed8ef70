"""Sound: what legs play and hear, prompts, and recordings computed from notes of it."""
