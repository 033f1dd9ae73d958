"""Checks how a page is built, and prints its body without styles, pictures and scripts.

    outline.py PAGE [grades]

The body goes to standard output for comparison with a golden: what readers get to read, and the
data for the script but for where events stand in the picture. The pages of grades have no data, and may
lead to each other and hold pictures. What is wrong goes to standard error;
status 1 if anything is.
"""
import base64
import hashlib
import html.parser
import json
import os
import re
import sys
import urllib.parse

VOID = {"meta", "input", "br", "hr", "img", "link"}
GRADES = "grades" in sys.argv[2:]


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.ids, self.references, self.wrong = [], set(), [], []
        self.embedded = {"style": [], "script": []}
        self.policy = self.data = self.language = None

    def handle_starttag(self, tag, pairs):
        attributes = dict(pairs)
        if len(attributes) != len(pairs):
            self.wrong.append(f"<{tag}> has an attribute twice")
        if tag == "html":
            self.language = attributes["lang"]
        if attributes.get("http-equiv") == "Content-Security-Policy":
            self.policy = attributes["content"]
        for name, value in pairs:
            if name == "id":
                if value in self.ids:
                    self.wrong.append(f"id {value} occurs twice")
                self.ids.add(value)
            elif name in ("aria-labelledby", "aria-describedby", "for"):
                self.references += value.split()
            elif name in ("href", "src", "srcset", "action", "data", "xlink:href"):
                self.lead(tag, name, value)
            elif name.startswith("on") or name == "style":
                self.wrong.append(f"<{tag}> has {name}, which the policy forbids")
        self.kind = attributes.get("type")
        if tag not in VOID:
            self.open.append(tag)

    def lead(self, tag, name, value):
        """Where the page leads to: a place of its own, or of the folder that it lies in."""
        if GRADES and tag == "a" and value.startswith("submissions/"):
            path = os.path.join(os.path.dirname(sys.argv[1]), urllib.parse.unquote(value))
            if not os.path.isfile(path):
                self.wrong.append(f"there is no {path}")
        elif GRADES and tag == "img" and value.startswith("data:image/svg+xml;base64,"):
            picture = base64.b64decode(value.split(",")[1], validate=True)
            if not picture.startswith(b"<svg ") or not picture.endswith(b"</svg>\n"):
                self.wrong.append("a picture is none")
        elif not value.startswith("#"):
            self.wrong.append(f"<{tag} {name}={value}> leads out of the page")
        else:
            self.references.append(value[1:])

    def handle_startendtag(self, tag, pairs):
        self.handle_starttag(tag, pairs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}> on line {self.getpos()[0]} ends something else")

    def handle_data(self, data):
        if self.open and self.open[-1] == "script" and self.kind == "application/json":
            self.data = json.loads(data)
        elif self.open and self.open[-1] in self.embedded:
            self.embedded[self.open[-1]].append(data)


def check_policy(page):
    rules = dict(rule.strip().split(" ", 1) for rule in page.policy.split(";"))
    expected = {"default-src": "'none'", "base-uri": "'none'", "form-action": "'none'"}
    for kind, texts in page.embedded.items():
        hashes = []
        for text in texts:
            digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
            hashes.append(f"'sha256-{digest}'")
        if hashes:
            expected[f"{kind}-src"] = " ".join(hashes)
        if re.search(r"@import|url\((?!#)", " ".join(texts)):
            page.wrong.append(f"a {kind} loads something")
    if GRADES and not page.embedded["script"]:
        expected["img-src"] = "data:"
    if rules != expected:
        page.wrong.append(f"policy {rules}\nnot    {expected}")


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        text = file.read()
    page = Page()
    page.feed(text)
    page.close()
    if page.open:
        page.wrong.append(f"never ended: {page.open}")
    page.wrong += [f"nothing has the id {name}" for name in page.references
                   if name not in page.ids]
    if re.search("[\0-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]", text):
        page.wrong.append("control characters")
    check_policy(page)
    if page.data is None and not GRADES:
        page.wrong.append("no data")
    body = text[text.index("<body"):]
    for pattern in (r"(?s)<svg xmlns.*?</svg>\n", r"(?s)<script>.*?</script>\n",
                    r'(?m)^"places":.*\n', r"(?<=base64,)[A-Za-z0-9+/=]*"):
        body = re.sub(pattern, "", body)
    sys.stdout.write(body)
    if page.wrong:
        print("\n".join(page.wrong), file=sys.stderr)
    return 1 if page.wrong else 0


sys.exit(main())
