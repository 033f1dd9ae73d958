#!/usr/bin/env python3
"""Writes what the processes of a trace wrote, in the order in which they did.

    output_of.py TRACE [PROCESS]

The trace must be valid JSON to its end. Text that is not UTF-8 stands in a trace as base64.
"""
import base64
import json
import sys


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        trace = json.load(file)
    for event in trace["events"]:
        if event["event"] == "output" and sys.argv[2:] in ([], [event["process"]]):
            if "base64" in event:
                data = base64.b64decode(event["base64"], validate=True)
            else:
                data = event["text"].encode()
            sys.stdout.buffer.write(data)


main()
