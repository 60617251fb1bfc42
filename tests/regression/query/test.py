#!/usr/bin/python3
"""calculation = 'query' against a server of the test's own: pages, retries, errors, kills, what becomes of the entries."""
import email.utils
import glob
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import h5py
import numpy as np
import spinel_testing as st
from asking import has_no_key, has_words, pages, query, result, texts
from database_server import CLOSE, KEY, Server, entries


def whole_query():
    """All pages, on one rank and on two, and what the files hold."""
    with Server(entries(25)) as server, st.workspace():
        output = st.run(query(server, "elements = 'Ar'   energy_above_hull = 0.0, 0.1   properties = 'volume'"))
        has_no_key(output)
        has_words(output, "CC-BY-4.0", "version 2025.09.25", "elements = 'Ar'")
        first = [path for path, _ in server.asked if path.startswith("/materials")][0]
        for part in ("elements=Ar", "energy_above_hull_min=0&energy_above_hull_max=0.1", "_limit=10", "_fields=material_id%2Cstructure"):
            st.check(part in first, f"'{part}' is not in {first}")
        st.check(all(headers.get("x-api-key") == KEY for _, headers in server.asked), "requests without the key")
        with h5py.File("out/q.dataset.h5") as file:
            notes = dict(file["provenance"].attrs)
            st.check("Jain" in notes["citation"] and notes["license"] == "CC-BY-4.0" and notes["database_version"] == "2025.09.25",
                     f"provenance {notes}")
            names = set(file["scalar"].keys())
            st.check({"corrected_energy_per_atom", "uncorrected_energy_per_atom", "formation_energy_per_atom", "energy_above_hull",
                      "volume", "band_gap"} <= names and "energy_per_atom" not in names, f"columns {names}")
            st.check(np.allclose(file["scalar/corrected_energy_per_atom"][:], [-1 - 0.01 * i for i in range(25)]), "energies")
            st.check(texts(file["text/symmetry.crystal_system"]) == ["cubic"] * 25 and texts(file["id"])[24] == "mp-124", "texts")
            st.check(np.isnan(file["scalar/band_gap"][1]), "a null became a number")
            st.check(file["structure/atom_offset"][-1] == 50, "atoms")
        r = result()
        st.check(r["n_entries"] == 25 and r["n_structures"] == 25 and r["n_pages"] == 3 and r["n_requests"] == 4, f"counts {r}")
        one = r["hash"]
        st.run(query(server, "elements = 'Ar'   energy_above_hull = 0.0, 0.1   properties = 'volume'", mode="from_scratch"), ranks=2)
        st.check(result()["hash"] == one and result()["n_pages_kept"] == 0, "two ranks differ from one, or nothing was asked anew")
        st.run(query(server, "max_structures = 12"))
        st.check(result()["n_structures"] == 12, "max_structures")


def read_by_others():
    """The dataset in a hull, as a list of structures, and converted."""
    with Server(entries(9)) as server, st.workspace():
        st.run(query(server))
        st.run(st.write("hull.nml", """&control
  calculation = 'hull'   prefix = 'hull'
/
&hull
  entries = 'out/q.dataset.h5'
/
"""))
        st.check("mp-100" in open("out/hull_hull.csv").read(), "the hull has no ids of the database")
        st.run(st.write("energy.nml", """&control
  calculation = 'energy'   prefix = 'energy'
/
&structure
  file = 'out/q.dataset.h5'   all = .true.
/
&potential
  style = 'lennard_jones'   pairs = 'Ar-Ar', 'Kr-Kr'   epsilon = 0.0104, 0.0140   sigma = 3.40, 3.65   cutoff = 8.5
/
"""))
        st.check(st.read_all("out/energy.h5")["structures/energy"].size == 9, "the list of structures")


def trouble_that_passes():
    """Each of these once or twice: the query ends well, and says what it did."""
    def trouble(path, q, n):
        if path != "/materials/summary":
            return None
        skip = int(q.get("_skip", 0))
        if skip == 0 and n == 0:
            return 429, {"error": "rate limit"}, {"Retry-After": "1"}
        if skip == 10 and n < 2:
            return 503, b"<html>sleeping</html>"
        if skip == 20 and n == 0:
            return CLOSE, b'{"data": ['
        if skip == 30 and n == 0:
            return 200, b'{"data": [{"material_id": "mp-1", '
        if skip == 40 and n == 0:
            return 500, {"detail": f"the key {KEY} met an error"}
        if skip == 50 and n == 0:
            return 307, b"", {"Location": "/moved/summary/?" + urllib.parse.urlencode(q)}

        if skip == 60 and n < 3:  # a date that comes, one that has passed, and none
            wait = [email.utils.formatdate(time.time() + 2, usegmt=True), "Sun, 06 Nov 1994 08:49:37 GMT", "soon"][n]
            return 503, b"", {"Retry-After": wait}
        return None

    with Server(entries(65)) as server, st.workspace():
        answer = server.right_answer
        server.right_answer = lambda path, q, handler: answer(path.replace("/moved", "/materials"), q, handler)
        server.trouble = trouble
        output = st.run(query(server))
        has_words(output, "HTTP 429 (too many requests): rate limit; again in 1", "HTTP 503", "connection was cut", "cannot be understood",
                  "the key [key] met an error")
        has_no_key(output)
        r = result()
        st.check(r["n_structures"] == 65 and r["n_retries"] == 9, f"counts {r}")


def trouble_that_stays():
    """Each ends the run with its own words, and pages that came are kept and used by the next run."""
    def always(*reply):
        return lambda path, q, n: reply if path == "/materials/summary" and int(q.get("_skip", 0)) == 20 else None

    cases = [
        (always(401, {"detail": "Invalid key " + KEY}), 2, ["key_file", "HTTP 401", "Invalid key [key]", "does not accept the key"]),
        (always(403, {"message": "Forbidden"}), 2, ["key_file", "HTTP 403", "blocked"]),
        (always(404, {"detail": "Not Found"}), 2, ["url", "HTTP 404"]),
        (always(414, b"<html>too long</html>"), 2, ["HTTP 414 (address too long)", "fewer ids"]),
        (always(422, {"detail": [{"loc": ["query", "nelements_min"], "msg": "value is not a valid integer"}]}), 2,
         ["HTTP 422", "nelements_min: value is not a valid integer"]),
        (always(429, {"error": "rate limit"}), 1, ["HTTP 429", "2 tries"]),
        (always(429, b"", {"Retry-After": "86400"}), 1, ["asks for a pause of 1 d 00 h"]),
        (always(503, b"", {"Retry-After": email.utils.formatdate(time.time() + 200000, usegmt=True)}), 1, ["asks for a pause of 2 d 0"]),
        (always(500, {"detail": "broken"}), 1, ["HTTP 500 (error of the server): broken", "2 tries"]),
        (always(CLOSE, b"{"), 1, ["connection was cut", "2 tries"]),
        (always(200, b"no JSON"), 1, ["cannot be understood", "no JSON object"]),
        (always(200, {"data": []}), 1, ["meta.total_doc"]),
    ]
    for trouble, status, words in cases:
        with Server(entries(35)) as server, st.workspace():
            server.trouble = trouble
            output = st.run(query(server, "retries = 1   requests = 1"), status=status)
            has_words(output, "page 3", "are kept in out/q.pages", *words)
            has_no_key(output)
            kept = len(pages())  # page 4 may come while page 3 waits for its next try
            st.check(kept in (2, 3) and f"pages that came, {kept} of them" in output and not os.path.exists("out/q.h5"), f"{words}: kept {pages()}")
            server.trouble = None
            st.run(query(server, "retries = 1   requests = 1"))
            st.check(result()["n_pages_kept"] == kept and result()["n_structures"] == 35, f"{words}: the next run")
    with Server(entries(35)) as server, st.workspace():  # nothing at all comes: nothing is left behind
        server.trouble = lambda path, q, n: (401, {"detail": "x"}) if "summary" in path else None
        st.run(query(server), status=2)
        st.check(os.listdir(".") == ["query.nml"], f"left behind: {os.listdir('.')}")


def endless_pages():
    with Server(entries(35)) as server, st.workspace():  # _skip is ignored
        server.trouble = lambda path, q, n: server.materials_project({**q, "_skip": 0}, server.docs) if "summary" in path else None
        has_words(st.run(query(server, "requests = 1"), status=1), "page 2", "only entries that came before", "no end")
        st.check(len(pages()) == 1, "a page of a loop is kept")
    loops = [
        (lambda s: lambda offset: f"{s.url}/v1/structures?page_limit=10&n={len(s.asked)}", None, ["only entries that came before"]),
        (lambda s: lambda offset: f"{s.url}/v1/structures?a=1&page_limit=10&page_offset={offset + 10}", None, ["no entries, but a link"]),
        (lambda s: lambda offset: f"{s.url}/v1/structures?a=1&page_limit=10&page_offset={offset + 10}", 20, ["more entries than the 20"]),
        (lambda s: lambda offset: f"{s.url}/v1/structures?a=1&page_limit=10&page_offset={(offset + 10) % 30}", None, ["a page that came before"]),
    ]
    for next_of, total, words in loops:
        with Server(entries(35)) as server, st.workspace():
            server.next_of, server.total = next_of(server), total
            if "a page that came before" in words:  # entries that are always new
                count = iter(range(10000))
                right = server.optimade
                def renamed(q, handler):
                    status, body = right(q, handler)
                    for entry in body["data"]:
                        entry["id"] = f"x-{next(count)}"
                    return status, body
                server.optimade = renamed
                server.total = 10000
            output = st.run(query(server, "max_structures = 5000", database="optimade"), status=1)
            has_words(output, "no end", *words)


def elsewhere():
    """Redirects to another host, hosts that are not there, and keys that must not leave."""
    with Server(entries(5)) as other, Server(entries(5)) as server, st.workspace():
        port = other.url.rsplit(":", 1)[1]
        server.trouble = lambda path, q, n: (302, b"", {"Location": f"http://localhost:{port}/materials/summary/"}) if "summary" in path else None
        has_words(st.run(query(server), status=2), "points to another one, http://localhost", "with the key", "new address")
        server.trouble = lambda path, q, n: (302, b"", {"Location": path + "?again=1"}) if "summary" in path else None
        has_words(st.run(query(server), status=2), "from one address to the next without an end")
        st.check(not other.asked, f"the other host was asked: {other.asked}")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            has_words(st.run(query(f"http://127.0.0.1:{free.getsockname()[1]}"), status=2), "no connection to the server")
        has_words(st.run(query("https://nowhere.invalid"), status=2), "the name of the server is not known here, or there is no network")
        has_words(st.run(query(server.url.replace("http:", "https:")), status=2), "(TLS) is not accepted", "SSL_CERT_FILE")
        has_words(st.run(query("http://example.org"), status=2), "unencrypted", "https")
        has_words(st.run(query("ftp://127.0.0.1"), status=2), "only http and https")
        has_words(st.run(query("no address"), status=2), "is no address")
        has_words(st.run(query(server.url.replace("//", "//me:secret@")), status=2), "user name or password")
        st.check(os.listdir(".") == ["query.nml"], f"left behind: {os.listdir('.')}")


def certificates():
    """An own authority signs; what is expired, of another machine or of an unknown authority is not accepted."""
    if not shutil.which("openssl"):
        print("no openssl: certificates are not tested")
        return

    def openssl(*arguments):
        done = subprocess.run(["openssl", *arguments], capture_output=True, text=True)
        st.check(done.returncode == 0, done.stdout + done.stderr)

    def certificate(name, host, days):
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", "/CN=database")
        st.write("extensions", f"subjectAltName={host}\n")
        openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "authority.pem", "-CAkey", "authority.key", "-CAcreateserial",
                "-days", str(days), "-extfile", "extensions", "-out", f"{name}.crt")
        return st.write(f"{name}.pem", open(f"{name}.key").read() + open(f"{name}.crt").read())

    with st.workspace():
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "authority.key", "-out", "authority.pem", "-days", "2",
                "-subj", "/CN=authority of the test")
        here = "IP:127.0.0.1"
        good, expired = certificate("good", here, 2), certificate("expired", here, -1)
        elsewhere = certificate("elsewhere", "DNS:other.example", 2)
        for file, authority, words in ((good, None, "certificate"), (expired, "authority.pem", "expired"),
                                       (elsewhere, "authority.pem", "127.0.0.1"), (good, "nothing.pem", "nothing.pem"),
                                       (good, "authority.pem", "")):
            if authority:
                os.environ["SSL_CERT_FILE"] = authority
            try:
                with Server(entries(5), file) as server:
                    output = st.run(query(server), status=2 if words else 0)
                    if words:
                        has_words(output, "(TLS) is not accepted", "SSL_CERT_FILE", words)
                        st.check(not server.asked and not os.path.exists("out"), "a server that is not trusted got the request")
                    has_no_key(output)
            finally:
                os.environ.pop("SSL_CERT_FILE", None)
        st.check(result()["n_structures"] == 5, "the server that is trusted")
        # From an encrypted address to one that is not.
        os.environ["SSL_CERT_FILE"] = "authority.pem"
        try:
            with Server(entries(5)) as plain, Server(entries(5), good) as server:
                server.trouble = lambda path, q, n: (302, b"", {"Location": f"{plain.url}{path}"}) if "summary" in path else None
                has_words(st.run(query(server, mode="from_scratch"), status=2), "points to another one, http://127.0.0.1", "with the key")
                st.check(not plain.asked, "the key was sent unencrypted")
        finally:
            del os.environ["SSL_CERT_FILE"]


def keys():
    with Server(entries(5)) as server, st.workspace():
        del os.environ["MP_API_KEY"]
        try:
            has_words(st.run(query(server), status=2), "needs a key", "MP_API_KEY")
            st.write("key", KEY + "\n")
            os.chmod("key", 0o644)
            has_words(st.run("--check", query(server, "key_file = 'key'"), status=2), "mode 0644", "chmod 600")
            os.chmod("key", 0o600)
            st.run("--check", query(server, "key_file = 'key'"))
            st.check(not server.asked and not os.path.exists("out"), "--check did something")
            st.run(query(server, "key_file = 'key'"))
            os.remove("key")
            has_no_key()
            for content, words in (("", "is empty"), (KEY[:-1], "31 characters, not 32"), ("é" + KEY[2:], "other characters")):
                st.write("key", content)
                os.chmod("key", 0o600)
                output = st.run(query(server, "key_file = 'key'"), status=2)
                has_words(output, words)
                st.check(not content or content not in output, "what is in the file was printed")
            os.remove("key")
            os.mkdir("key", 0o700)
            has_words(st.run(query(server, "key_file = 'key'"), status=2), "is no file")
            os.environ["MP_API_KEY"] = "short"
            has_words(st.run(query(server), status=2), "MP_API_KEY", "5 characters")
        finally:
            os.environ["MP_API_KEY"] = KEY


def left_out():
    """Entries that cannot be used, of both kinds of database."""
    with Server(entries(8)) as server, st.workspace():
        docs = server.docs
        docs[1]["structure"]["sites"][0]["species"] = [{"element": "Ar", "occu": 0.5}, {"element": "Kr", "occu": 0.5}]
        docs[2]["structure"] = None
        docs[3]["structure"]["sites"][1]["abc"] = [0.0, 0.0, 0.001]
        docs[4]["material_id"] = "mp-100"
        docs[5]["structure"]["lattice"]["matrix"] = [[1, 0, 0], [1, 0, 0], [0, 0, 1]]
        output = st.run(query(server))
        has_words(output, "1 entries, disorder: mp-101", "1 entries, no structure: mp-102", "1 entries, atoms too close: mp-103",
                  "8 came, 3 of them in the dataset, 5 left out", "1 entries, came twice: mp-100", "1 entries, bad entry: mp-105")
        r = result()
        st.check(r["n_entries"] == 8 and r["n_structures"] == 3 and len(r["left_out/id"]) == 5, f"counts {r}")
        st.run(query(server, "disorder = 'majority'"))
        st.check(result()["n_structures"] == 4 and result()["n_pages_kept"] == 1, "disorder = 'majority' asks nothing anew")
        del docs[:1], docs[2:]
        has_words(st.run(query(server, mode="from_scratch"), status=2), "none of the 2 entries can be used")
        server.docs.clear()
        has_words(st.run(query(server, mode="from_scratch"), status=2), "no entry of the database fits the query")
    from database_server import optimade_entry
    with Server([optimade_entry(d) for d in entries(7)]) as server, st.workspace():
        a = [d["attributes"] for d in server.docs]
        a[1]["structure_features"] = ["implicit_atoms"]
        a[2]["species"] = [{"name": "Ar", "chemical_symbols": ["Ar", "vacancy"], "concentration": [0.5, 0.5]},
                           {"name": "Kr", "chemical_symbols": ["Kr"], "concentration": [1.0]}]
        a[2]["structure_features"] = ["disorder"]
        a[3]["cartesian_site_positions"] = None
        a[4]["structure_features"] = ["assemblies"]
        a[5]["lattice_vectors"] = [[None] * 3] * 3
        output = st.run(query(server, "properties = '_exmpl_energy'", database="optimade"))
        has_words(output, "1 entries, implicit atoms: mp-101", "2 entries, disorder: mp-102", "1 entries, no structure: mp-103",
                  "1 entries, bad entry: mp-105")
        st.check(result()["n_structures"] == 2, f"counts {result()}")


def thermo():
    """Energies of a thermo_type of its own, in pieces of a hundred ids."""
    with Server(entries(130)) as server, st.workspace():
        output = st.run(query(server, "thermo_type = 'GGA_GGA+U'   energy_above_hull = 0, 0.05", size=50))
        asked = [p for p, _ in server.asked if "/thermo" in p]
        st.check(len(asked) == 2 and all("thermo_types=GGA_GGA%2BU" in p and "energy_above_hull_max=0.05" in p for p in asked), f"{asked}")
        st.check(not any("energy_above_hull" in p for p, _ in server.asked if "/summary" in p), "the summary has other energies")
        has_words(output, "110 entries, no such energy")
        with h5py.File("out/q.dataset.h5") as file:
            st.check(np.allclose(file["scalar/corrected_energy_per_atom"][:], [-2 - 0.01 * i for i in range(20)]), "energies")
            st.check("GGA_GGA+U" in file["provenance"].attrs["energies"], "what the energies are")


def long_lists():
    """Ids go by hundreds."""
    with Server(entries(230)) as server, st.workspace():
        ids = ", ".join(f"'{d['material_id']}'" for d in server.docs)
        st.run(query(server, f"ids = {ids}", size=1000))
        asked = [p for p, _ in server.asked if "/summary" in p]
        st.check(len(asked) == 3 and max(map(len, asked)) < 2000, f"{len(asked)} requests")
        st.check(result()["n_structures"] == 230, "ids")


def optimade_links():
    """A next page is a text, an object, relative or absolute; the filter is built."""
    forms = [lambda url: url, lambda url: {"href": url, "meta": {}}, lambda url: url[url.index("/v1/structures"):],
             lambda url: url[url.index("structures?"):]]
    for link in forms:
        with Server(entries(25)) as server, st.workspace():
            server.link = link
            st.run(query(server, "filter = 'nsites<9'   elements = 'ar', 'Kr'   n_elements = 1, 2   formula = 'KrAr', 'Kr2'   "
                                 "properties = '_exmpl_energy'", database="optimade"))
            st.check(result()["n_structures"] == 25 and result()["n_pages"] == 3, "pages")
            first = [p for p, _ in server.asked if "structures" in p][0]
            for part in ("%28nsites%3C9%29%20AND%20", "chemical_formula_reduced%3D%22ArKr%22", "%22Kr%22",
                         "elements%20HAS%20ALL%20%22Ar%22%2C%22Kr%22", "nelements%3E%3D1%20AND%20nelements%3C%3D2", "_exmpl_energy"):
                st.check(part in first, f"'{part}' is not in {first}")
            st.check(not any("x-api-key" in headers for _, headers in server.asked), "OPTIMADE got the key")
            with h5py.File("out/q.dataset.h5") as file:
                st.check("_exmpl_energy" in file["scalar"] and "CC-BY-4.0" in file["provenance"].attrs["license"], "columns")
    with Server(entries(5)) as server, st.workspace():
        error = {"errors": [{"status": "400", "title": "Bad Request", "detail": "Unable to parse filter\nNOT bad =="}]}
        server.trouble = lambda path, q, n: (400, error) if "structures" in path else None
        has_words(st.run(query(server, "filter = 'NOT bad =='", database="optimade"), status=2), "&query filter", "HTTP 400",
                  "Unable to parse filter NOT bad ==")
        server.trouble = lambda path, q, n: (403, {"errors": [{"detail": "Max allowed page_limit is 20"}]}) if "structures" in path else None
        has_words(st.run(query(server, database="optimade"), status=2), "&query page_size", "Max allowed page_limit is 20")


def killed():
    interrupted(signal.SIGKILL)


def stopped():
    interrupted(signal.SIGTERM)


def interrupted(signal_number):
    """Killed with half of the pages: what came is not asked for again; what is made is the same."""
    with Server(entries(95)) as server, st.workspace():
        st.run(query(server, "requests = 1   max_structures = 95"))
        undisturbed = result()["hash"]
    hold = threading.Event()

    def trouble(path, q, n):
        if path == "/materials/summary" and int(q.get("_skip", 0)) == 50:
            hold.wait(st.HANG_SECONDS)
        return None

    with Server(entries(95)) as server, st.workspace():
        server.trouble = trouble
        process = st.start(query(server, "requests = 1"))
        st.wait_for(lambda: len(pages()) == 5 and any("_skip=50" in p for p, _ in server.asked), "five pages")
        if signal_number == signal.SIGKILL:
            st.kill_all(process)
        else:
            process.send_signal(signal_number)
            output, _ = process.communicate(timeout=st.HANG_SECONDS)
            st.check(process.returncode == 0, f"exit status {process.returncode}")
            has_words(output, "Stopped by SIGTERM with 5 pages")
        hold.set()
        st.check(not os.path.exists("out/q.h5"), "a result before the end")
        damaged = glob.glob("out/q.pages/*/00000-000001.json")[0]
        if signal_number == signal.SIGTERM:  # a disk may lose what it has
            st.write(damaged, open(damaged).read()[:100])
        server.counts.clear()
        st.run(query(server, "requests = 1"))
        again = sorted(int((re.findall(r"_skip=(\d+)", p) or [0])[0]) for p in server.counts if "/summary" in p)
        expected = [50, 60, 70, 80, 90] if signal_number == signal.SIGKILL else [10, 50, 60, 70, 80, 90]
        st.check(again == expected and max(server.counts.values()) == 1, f"asked after the kill: {again}")
        st.check(result()["hash"] == undisturbed, "the dataset differs")
        server.counts.clear()
        st.run(query(server, "requests = 1"))
        st.check(list(server.counts) == ["/heartbeat"], "a complete query was asked again")
        server.version = "2026.01.01"
        has_words(st.run(query(server, "requests = 1")), "other queries or versions")
        st.check(result()["n_pages_kept"] == 0 and result()["database_version"] == b"2026.01.01", "versions were mixed")
        has_words(st.run(query(server, "elements = 'Ar'", mode="restart"), status=2), "no pages of this query")


def input_files():
    """input/query_*.nml: one as it is, where MP_API_ENDPOINT names the server; the other with the address of this one."""
    with Server(entries(12)) as server, st.workspace():
        os.environ["MP_API_ENDPOINT"] = server.url
        try:
            st.run(os.path.join(st.SOURCE, "input", "query_materials_project.nml"))
        finally:
            del os.environ["MP_API_ENDPOINT"]
        asked = [p for p, _ in server.asked if "/summary" in p]
        st.check(len(asked) == 1 and "chemsys=Al%2CTi%2CAl-Ti" in asked[0], f"{asked}")
        st.check(os.path.exists("out/ti_al.dataset.h5"), "no dataset")
        st.run(st.write("query.nml", st.namelist(os.path.join(st.SOURCE, "input", "query_optimade.nml"), url=f"'{server.url}'")))
        st.check(os.path.exists("out/silicon_binaries.dataset.h5"), "no dataset")


CASES = [whole_query, read_by_others, trouble_that_passes, trouble_that_stays, endless_pages, elsewhere, certificates, keys, left_out, thermo,
         long_lists, optimade_links, killed, stopped, input_files]
for case in CASES:
    if len(sys.argv) < 2 or case.__name__ in sys.argv[1:]:  # by hand: names of some
        case()
        print(case.__name__)
