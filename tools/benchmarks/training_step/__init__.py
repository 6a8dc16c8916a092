"""One MFIM training step in PyTorch, as `apps/trainer` takes it."""
