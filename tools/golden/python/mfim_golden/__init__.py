"""Reference networks in PyTorch, written for this project, and the recipes that make golden values."""
