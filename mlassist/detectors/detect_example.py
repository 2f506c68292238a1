"""Finds objects in pictures: pip install onnxruntime pillow; python detect.py PICTURE ..."""

import json
import sys

import numpy as np
import onnxruntime
from PIL import Image, ImageOps

model = onnxruntime.InferenceSession("detector.onnx")
about = {key: json.loads(text) for key, text in model.get_modelmeta().custom_metadata_map.items()}
width, height = about["canvas"]
for path in sys.argv[1:]:
    picture = ImageOps.exif_transpose(Image.open(path)).convert("RGB")
    scale = min(width / picture.width, height / picture.height)
    size = round(picture.width * scale), round(picture.height * scale)
    sheet = Image.new("RGB", (width, height), tuple(about["fill"]))
    sheet.paste(picture.resize(size, Image.Resampling.BILINEAR))
    boxes, classes, scores = model.run(None, {"picture": np.asarray(sheet)})
    boxes = np.clip(boxes / scale, 0, [*picture.size, *picture.size])  # out of the padding
    for box, kind, score in zip(boxes, classes, scores, strict=True):
        if score >= about["score_thresholds"][str(kind)]:
            print(path, about["classes"][str(kind)], f"{score:.3f}", *(f"{x:.1f}" for x in box))
