"""Setting a job up: classes, members, presets, guidelines, images, accounts."""
