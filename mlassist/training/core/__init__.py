"""Pure: fitting, recipe, several GPUs."""
