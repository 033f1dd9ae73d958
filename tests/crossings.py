#!/usr/bin/env python3
"""Tells of labels in SVG pictures that lie on an arrow: crossings.py PICTURE…; status 1 if any does."""
import re
import sys
import unicodedata
import xml.etree.ElementTree as ElementTree

SVG = "{http://www.w3.org/2000/svg}"


def pieces(path):
    """The straight pieces of a path."""
    x = y = 0.0
    for command, values in re.findall(r"([MLHVlhv])([^MLHVlhvz]*)", path):
        numbers = [float(value) for value in re.findall(r"-?[\d.]+", values)]
        before = x, y
        if command in "ML":
            x, y = numbers
        elif command == "l":
            x, y = x + numbers[0], y + numbers[1]
        elif command in "Hh":
            x = numbers[0] if command == "H" else x + numbers[0]
        else:
            y = numbers[0] if command == "V" else y + numbers[0]
        if command != "M":
            yield *before, x, y


def goes_through(piece, box):
    x0, y0, x1, y1 = piece
    left, top, right, bottom = box
    upper, lower = max(min(y0, y1), top), min(max(y0, y1), bottom)
    if upper > lower:
        return False
    ends = (x0, x1) if y0 == y1 else [x0 + (x1 - x0) * (y - y0) / (y1 - y0) for y in (upper, lower)]
    return max(ends) >= left and min(ends) <= right


def box_of(text):
    wide = sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text.text)
    width = wide * (6.0 if "small" in text.get("class") else 7.2)
    x, y = float(text.get("x")), float(text.get("y"))
    x -= {"middle": width / 2, "end": width}.get(text.get("text-anchor"), 0)
    return x + 1, y - 7, x + width - 1, y


def crossings(picture):
    root = ElementTree.parse(picture).getroot()
    arrows = [piece for path in root.iter(SVG + "path")
              if path.get("marker-end") and not path.get("d").endswith("h24")  # the legend's
              for piece in pieces(path.get("d"))]
    for text in root.iter(SVG + "text"):
        if "halo" not in (text.get("class") or "") or text.text in ("Z", "T"):
            continue
        for piece in arrows:
            if goes_through(piece, box_of(text)):
                yield text.text, piece
                break


found = [(picture, *crossing) for picture in sys.argv[1:] for crossing in crossings(picture)]
for picture, label, piece in found:
    print(f"{picture}: {label!r} lies on the arrow {piece}")
sys.exit(bool(found))
