"""Queries of database_server.py, and what they leave."""
import glob
import os

import spinel_testing as st
from database_server import KEY

for name in ("MP_API_ENDPOINT", "http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
    os.environ.pop(name, None)
os.environ["MP_API_KEY"] = KEY
os.environ["no_proxy"] = "127.0.0.1,localhost"


def query(server, keys="", mode="auto", database="materials_project", size=10):
    url = server if isinstance(server, str) else server.url
    return st.write("query.nml", f"""&control
  calculation = 'query'   prefix = 'q'   restart_mode = '{mode}'
/
&query
  database = '{database}'   url = '{url}'   page_size = {size}   retry_wait = 0.05
  {keys}
/
""")


def result(path="out/q.h5"):
    found = st.read_all(path)
    return {name[len("query/"):]: value for name, value in found.items() if name.startswith("query/")}


def pages():
    return sorted(os.path.basename(p) for p in glob.glob("out/q.pages/*/*.json"))


def texts(group):
    offset, bytes_ = group["offset"][:], bytes(group["bytes"][:])
    return [bytes_[a:b].decode() for a, b in zip(offset[:-1], offset[1:])]


def has_words(output, *words):
    for word in words:
        st.check(word.lower() in output.lower(), f"'{word}' is not in the output:\n{output}")


def has_no_key(output=""):
    """The key is in no file and was not printed."""
    st.check(KEY not in output, f"the key was printed:\n{output}")
    for folder, _, names in os.walk("."):
        for name in names:
            with open(os.path.join(folder, name), "rb") as file:
                st.check(KEY.encode() not in file.read(), f"the key is in {folder}/{name}")
