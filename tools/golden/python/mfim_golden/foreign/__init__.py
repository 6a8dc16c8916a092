"""Weight files as other projects write them: own networks with random weights under their names, in their containers."""
