# A form in the browser, or:
#
# stack ./uploader.py
# curl -F title=notes -F f=@notes.txt http://127.0.0.1:3000/
# curl -F back=1 -F f=@notes.txt http://127.0.0.1:3000/

import hashlib
import shutil
import sys

FORM = """<!doctype html>
<meta charset="utf-8">
<title>Upload</title>
<form method="post" enctype="multipart/form-data">
  <p><input name="title" placeholder="Title">
  <p><input type="file" name="f" required>
  <p><label><input type="checkbox" name="back" value="1"> Send it back</label>
  <p><button>Upload</button>
</form>"""


def main():
    if hook.req.method != "POST":
        hook.res.set_header("Content-Type", "text/html; charset=utf-8").end(FORM)
        return
    hook.res.set_header("Content-Type", "text/plain; charset=utf-8")

    # Only uploaded files are in `files`: parameters that merely imitate one could name any file of this machine.
    file = hook.files.get("f")
    if file is None:
        hook.res.status(400).end("There is no file in the field f.")
        return
    with open(file.path, "rb") as content:
        if hook.params.get("back"):
            shutil.copyfileobj(content, sys.stdout.buffer)
        else:
            describe(file, content)


def describe(file, content):
    digest = hashlib.sha256()
    while chunk := content.read(1 << 16):
        digest.update(chunk)
    print("title:", hook.params.get("title", ""))
    print(f"file: {file.filename}, {file.size} bytes, {file.type}")
    print("sha256:", digest.hexdigest())


main()
