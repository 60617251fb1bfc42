#!/usr/bin/python3
"""calculation = 'query' against servers that others wrote: a stand-in for the Materials Project, and the reference server
of OPTIMADE (the Python package optimade in the virtual environment OPTIMADE_VENV, which optimade_server.sh makes)."""
import contextlib
import os
import signal
import socket
import subprocess
import sys
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import h5py
import spinel_testing as st

TOOLS = os.path.abspath(os.path.join(st.DATA, "..", "tools"))
VENV = os.environ.get("OPTIMADE_VENV",
                      os.path.join(os.environ.get("XDG_CACHE_HOME", os.path.expanduser("~/.cache")), "spinel-optimade"))
os.environ["MP_API_KEY"] = "0" * 32
os.environ["no_proxy"] = "127.0.0.1"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def answers(url):
    with contextlib.suppress(OSError):
        with urllib.request.urlopen(url, timeout=60) as reply:
            return reply.status == 200
    return False


@contextlib.contextmanager
def server(command, address, port, **environment):
    """A server that listens on a port that was free a moment ago."""
    process = subprocess.Popen(command, env={**os.environ, **environment}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                               start_new_session=True)
    try:
        st.wait_for(lambda: process.poll() is not None or answers(f"http://127.0.0.1:{port}{address}"), "the server")
        st.check(process.poll() is None, f"{command} ended by itself")
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def query(url, keys, database):
    return st.write("query.nml", f"""&control
  calculation = 'query'   prefix = 'q'
/
&query
  database = '{database}'   url = '{url}'   retry_wait = 0.05   minimum_distance = 0.0   {keys}
/
""")


def count(path="out/q.h5"):
    found = st.read_all(path)
    return {name: int(found[f"query/{name}"]) for name in ("n_entries", "n_structures", "n_pages")}


def materials_project(script):
    port = free_port()
    with server([sys.executable, script, str(port)], "/heartbeat", port) as url, st.workspace():
        st.run(query(url, "", "materials_project"))
        st.check(count() == {"n_entries": 2500, "n_structures": 2500, "n_pages": 3}, f"{count()}")
        st.run(query(url, "chemical_system = 'Ti-Al'   subsystems = .true.   energy_above_hull = 0, 0.1   page_size = 100",
                     "materials_project"))
        with h5py.File("out/q.dataset.h5") as file:
            hull = file["scalar/energy_above_hull"][:]
            st.check(len(hull) > 200 and hull.max() <= 0.1 and set(file["atom/atomic_number"][:]) == {13, 22}, f"{len(hull)} entries")
        st.run(query(url, "ids = 'mp-9000', 'mp-9001', 'mp-11499', 'mp-1'", "materials_project"))
        st.check(count()["n_structures"] == 3, f"{count()}")


def optimade():
    port = free_port()
    with st.workspace():
        st.write("config.json", f"""{{"database_backend": "mongomock", "insert_test_data": true, "base_url": "http://127.0.0.1:{port}",
 "page_limit": 5, "page_limit_max": 20, "log_level": "warning", "log_dir": "{os.getcwd()}",
 "provider_fields": {{"structures": ["band_gap", "chemsys"]}},
 "aliases": {{"structures": {{"id": "task_id", "immutable_id": "_id", "chemical_formula_descriptive": "pretty_formula",
   "chemical_formula_reduced": "pretty_formula", "chemical_formula_anonymous": "formula_anonymous"}}}},
 "length_aliases": {{"structures": {{"chemsys": "nelements"}}}}}}""")
        command = [os.path.join(VENV, "bin", "uvicorn"), "optimade.server.main:app", "--host", "127.0.0.1", "--port", str(port)]
        with server(command, "/v1/info", port, OPTIMADE_CONFIG_FILE=os.path.abspath("config.json")) as url:
            st.run(query(url, "page_size = 5", "optimade"))  # atoms of its crystals overlap
            st.check(count()["n_entries"] == count()["n_structures"] == 17 and count()["n_pages"] == 4, f"{count()}")
            everything = count()
            st.run(query(url, "elements = 'Ag'   n_sites = 1, 8", "optimade"))
            with h5py.File("out/q.dataset.h5") as file:
                offset, numbers = file["structure/atom_offset"][:], file["atom/atomic_number"][:]
                st.check(len(offset) > 2 and all(47 in numbers[a:b] and b - a <= 8 for a, b in zip(offset[:-1], offset[1:])), "elements")
            st.run(query(url, "formula = 'O3Ac2'   page_size = 20", "optimade"))
            st.check(count()["n_entries"] == 1, f"{count()}")
            st.run(query(url, "chemical_system = 'Ag-*', 'Ag'   exclude_elements = 'Br'", "optimade"))
            output = st.run(query(url, "filter = 'NOT bad =='", "optimade"), status=2)
            st.check("Unable to parse filter" in output and "&query filter" in output, output)
            output = st.run(query(url, "page_size = 1000", "optimade"), status=2)
            st.check("Max allowed page_limit is 20" in output and "&query page_size" in output, output)
    return everything


done = []
if os.path.exists(os.path.join(TOOLS, "mp_mock_server.py")):
    materials_project(os.path.join(TOOLS, "mp_mock_server.py"))
    done.append("stand-in of the Materials Project")
if os.path.exists(os.path.join(VENV, "bin", "uvicorn")):
    done.append(f"reference server of OPTIMADE: {optimade()}")
if not done:
    st.skip(f"neither {TOOLS}/mp_mock_server.py nor the Python package optimade in {VENV}")
print(", ".join(done))
