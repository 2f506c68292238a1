"""Which addresses a job may have: they are attribute names in its output manifest, too."""

RESERVED = ("source", "source-ref")  # what the manifest says of the image itself
ENDINGS = ("-metadata", "-ref")  # of attributes that belong to another one, or name a file


def problem(address: str) -> str:
    """Why no job may have this address; empty where it may."""
    lower = address.lower()
    if lower not in RESERVED and not lower.endswith(ENDINGS):
        return ""
    return (
        f"The address {address!r} is reserved: in the output manifest it would be taken for "
        "something else. Choose one that is not “source” and does not end in “-metadata” or “-ref”."
    )
