"""Names what a file is by its first bytes, to say why it is not taken and what to do."""

ANNOTATIONS = (
    ".json",
    ".xml",
    ".txt",
    ".yaml",
    ".yml",
    ".names",
    ".csv",
    ".tsv",
    ".manifest",
    ".jsonl",
)  # endings they may have
HEAD = 4096  # bytes that are enough to tell
TAKEN = "JPEG, PNG or WebP"
PICTURES = {".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".png", ".webp"}  # endings of those taken

_PICTURES = (
    (b"II*\0", "TIFF or raw camera"),
    (b"MM\0*", "TIFF or raw camera"),
    (b"BM", "BMP"),
    (b"GIF8", "GIF"),
    (b"8BPS", "Photoshop"),
    (b"\0\0\0\x0cjP  ", "JPEG 2000"),
    (b"\xff\x4f\xff\x51", "JPEG 2000"),
    (b"\xff\x0a", "JPEG XL"),
    (b"\0\0\0\x0cJXL ", "JPEG XL"),
    (b"\0\0\1\0", "icon"),
)
_BRANDS = {b"avif": "AVIF", b"avis": "AVIF"}
_BRANDS |= dict.fromkeys((b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"), "HEIC")
_ARCHIVES = (
    (b"PK\3\4", "zip"),
    (b"PK\5\6", "zip"),
    (b"\x1f\x8b", "gzip"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!", "rar"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ", "xz"),
)


def is_picture(head: bytes) -> bool:
    """Whether the file begins as a picture of a kind that is taken."""
    return (
        head.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"))
        or head[:4] + head[8:12] == b"RIFFWEBP"
    )


def archive(head: bytes) -> str:
    """The kind of archive, or empty."""
    if head[257:262] == b"ustar":
        return "tar"
    return next((kind for start, kind in _ARCHIVES if head.startswith(start)), "")


def other_picture(head: bytes) -> str:
    """The kind of picture that is not taken, or empty."""
    if head[4:8] == b"ftyp" and head[8:12] in _BRANDS:
        return _BRANDS[head[8:12]]
    if b"<svg" in head[:1024].lower():
        return "SVG"
    return next((kind for start, kind in _PICTURES if head.startswith(start)), "")


def not_a_picture(head: bytes) -> str:
    """Why a file with these first bytes cannot be taken as a picture, and what would help."""
    if not head:
        return "The file is empty."
    if kind := other_picture(head):
        return f"{kind} pictures are not taken; save this one as {TAKEN}."
    if head.startswith(b"%PDF"):
        return f"A PDF is not taken; save its pages as {TAKEN}."
    if head[4:8] == b"ftyp" or head[:4] + head[8:12] == b"RIFFAVI ":
        return f"A film is not taken; save its frames as {TAKEN}."
    if is_picture(head):
        return "The picture is damaged: its header cannot be read."
    return f"Not a {TAKEN} picture."
