"""Speaks as `iobert --jsonl` does, and ends, hangs or babbles where a text says so. `fake_iobert.py FILE` dies once: where
FILE is not there yet it makes it and ends at the text "once"."""
import json
import os
import sys
import time

for line in sys.stdin:
    row = json.loads(line)
    text = row["text"]
    if text == "die":
        os.kill(os.getpid(), 9)
    if text == "hang":
        time.sleep(1000)
    if text == "babble":
        print("no JSON", flush=True)
        continue
    if text == "once" and not os.path.exists(sys.argv[1]):
        open(sys.argv[1], "w").close()
        os.kill(os.getpid(), 9)
    print(json.dumps({"id": row["id"], "entities": [{"text": text}], "truncated": False}), flush=True)
