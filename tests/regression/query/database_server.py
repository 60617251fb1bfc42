"""A small server on a free port of this machine that plays the Materials Project and a provider of OPTIMADE, and on
request everything that goes wrong with them. It runs in threads of the test and keeps what it was asked.

    with Server(entries(25)) as server:
        server.trouble = lambda path, query, n: (503, b"") if n == 1 else None
        ... server.url, server.asked
"""
import collections
import http.server
import json
import ssl
import sys
import threading
import urllib.parse

CLOSE = "close"  # instead of a reply: half of it, and the connection is cut
KEY = "k0" * 16  # 32 characters, as keys of the Materials Project have


def entries(n):
    """Documents of invented crystals of argon and krypton, in the shape of materials/summary."""
    docs = []
    for i in range(n):
        pair = [("Ar", "Ar"), ("Kr", "Kr"), ("Ar", "Kr")][i % 3]
        a = 5.2 + 0.01 * i
        docs.append({
            "material_id": f"mp-{100 + i}",
            "structure": {"@module": "pymatgen.core.structure", "@class": "Structure", "charge": 0,
                          "lattice": {"matrix": [[0.0, a / 2, a / 2], [a / 2, 0.0, a / 2], [a / 2, a / 2, 0.0]]},
                          "sites": [{"species": [{"element": s, "occu": 1}], "abc": [0.5 * k] * 3, "label": s,
                                     "properties": {}} for k, s in enumerate(pair)]},
            "energy_per_atom": -1.0 - 0.01 * i, "uncorrected_energy_per_atom": -0.9 - 0.01 * i,
            "formation_energy_per_atom": 0.0 if i < 2 else 0.01 * i, "energy_above_hull": 0.001 * i, "theoretical": i % 2 == 0,
            "band_gap": None if i == 1 else 5.0, "symmetry": {"crystal_system": "Cubic", "symbol": "Fm-3m", "number": 225},
            "volume": a ** 3 / 4})
    return docs


def optimade_entry(doc):
    """The same as an entry of OPTIMADE."""
    matrix = doc["structure"]["lattice"]["matrix"]
    sites = doc["structure"]["sites"]
    names = [s["species"][0]["element"] for s in sites]
    positions = [[sum(s["abc"][k] * matrix[k][x] for k in range(3)) for x in range(3)] for s in sites]
    return {"id": doc["material_id"], "type": "structures", "attributes": {
        "lattice_vectors": matrix, "cartesian_site_positions": positions, "species_at_sites": names,
        "species": [{"name": n, "chemical_symbols": [n], "concentration": [1.0]} for n in sorted(set(names))],
        "dimension_types": [1, 1, 1], "structure_features": [], "last_modified": "2024-01-01T00:00:00Z",
        "_exmpl_energy": doc["energy_per_atom"]}}


class Server:
    def __init__(self, docs, certificate=None):
        """certificate: a file with key and certificate; the server then speaks TLS."""
        self.docs, self.version = docs, "2025.09.25"
        self.asked = []                      # (path with query, headers)
        self.counts = collections.Counter()  # by path with query
        self.trouble = None                  # (path, query, how often it was asked before) → (status, body[, headers]) | None
        self.link = lambda url: url          # how OPTIMADE writes a link
        self.next_of = None                  # (offset) → link to the next page, instead of the right one
        self.total = None                    # another count than the true one
        self.lock = threading.Lock()
        owner = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                owner.answer(self)

            def log_message(self, *arguments):
                pass

        class Quiet(http.server.ThreadingHTTPServer):
            def handle_error(self, request, client_address):
                # As a client leaves it that is killed, or does not accept the certificate.
                if not isinstance(sys.exc_info()[1], (ConnectionError, ssl.SSLError)):
                    super().handle_error(request, client_address)

        self.http = Quiet(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            # The handshake is left to the thread of the request.
            self.http.socket = context.wrap_socket(self.http.socket, server_side=True, do_handshake_on_connect=False)
            self.url = self.url.replace("http:", "https:")

    def __enter__(self):
        threading.Thread(target=self.http.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *arguments):
        self.http.shutdown()
        self.http.server_close()

    def answer(self, handler):
        with self.lock:
            before = self.counts[handler.path]
            self.counts[handler.path] += 1
            self.asked.append((handler.path, dict(handler.headers)))
        address = urllib.parse.urlparse(handler.path)
        query = {k: v[-1] for k, v in urllib.parse.parse_qs(address.query).items()}
        path = address.path.rstrip("/")
        reply = self.trouble(path, query, before) if self.trouble else None
        if reply is None:
            reply = self.right_answer(path, query, handler)
        status, body, headers = (reply + ({},))[:3]
        if not isinstance(body, bytes):
            body = json.dumps(body).encode()
        cut = status == CLOSE
        try:
            handler.send_response(200 if cut else status)
            for name, value in headers.items():
                handler.send_header(name, value)
            handler.send_header("Content-Length", str(len(body) + (1000 if cut else 0)))
            handler.end_headers()
            handler.wfile.write(body)
        except OSError:
            pass  # the client was killed
        if cut:
            handler.close_connection = True

    def right_answer(self, path, query, handler):
        if path == "/heartbeat":
            return 200, {"status": "OK", "version": "0.86.4", "db_version": self.version}
        if path == "/v1/info":
            return 200, {"data": {"id": "/", "type": "info", "attributes": {
                "api_version": "1.2.0", "available_licenses": ["CC-BY-4.0"], "license": {"href": "https://example.org/license"}}},
                "meta": {"api_version": "1.2.0", "provider": {"name": "Example", "homepage": "https://example.org"},
                         "implementation": {"name": "test", "version": self.version}}}
        if path == "/v1/structures":
            return self.optimade(query, handler)
        if handler.headers.get("x-api-key") != KEY:
            return 401, {"detail": "no such key"}
        if path == "/materials/summary":
            return self.materials_project(query, self.chosen(query))
        if path == "/materials/thermo":
            rows = [{"material_id": d["material_id"], "thermo_type": query["thermo_types"],
                     "energy_per_atom": d["energy_per_atom"] - 1.0, "energy_above_hull": d["energy_above_hull"] + 0.1,
                     "formation_energy_per_atom": d["formation_energy_per_atom"] - 1.0}
                    for d in self.chosen(query) if d["energy_above_hull"] < 0.02]
            return self.materials_project(query, rows)
        return 404, {"detail": "Not Found"}

    def chosen(self, query):
        ids = query.get("material_ids")
        return [d for d in self.docs if ids is None or d["material_id"] in ids.split(",")]

    def materials_project(self, query, docs):
        skip, limit = int(query.get("_skip", 0)), int(query["_limit"])
        fields = query["_fields"].split(",")
        page = [{k: v for k, v in d.items() if k in fields} for d in docs[skip:skip + limit]]
        return 200, {"data": page, "meta": {"total_doc": len(docs) if self.total is None else self.total, "max_limit": 1000}}

    def optimade(self, query, handler):
        offset, limit = int(query.get("page_offset", 0)), int(query.get("page_limit", 10))
        page = [d if "attributes" in d else optimade_entry(d) for d in self.docs[offset:offset + limit]]
        following = None
        if offset + limit < len(self.docs):
            base = handler.path.split("&page_offset=")[0]
            following = self.link(f"{self.url}{base}&page_offset={offset + limit}")
        if self.next_of:
            following = self.next_of(offset)
        return 200, {"data": page, "links": {"next": following},
                     "meta": {"data_returned": len(self.docs) if self.total is None else self.total, "api_version": "1.2.0"}}
