#!/usr/bin/python3
"""Checks the includes of src/ against the table in doc/architecture.md, and that heavy headers stay where it states.

    tests/unit/include_order_test.py [source root]
"""
import os
import re
import sys

ROOT = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(__file__), "..", ".."))
# Headers of heavy libraries: folders that may include them in .cpp files and in headers that no other than these
# folders includes.
HEAVY = {r"(hdf5|H5\w+)\.h": {"io"}, r"(torch|ATen|c10)/.*": {"network", "train", "generate"},
         r"petsc\w*\.h": {"linalg", "relax"}}


def read_table():
    """[[folder, ...] per row], {folder: set of folders it may include}"""
    rows, allowed = [], {}
    with open(os.path.join(ROOT, "doc", "architecture.md"), encoding="utf-8") as file:
        for line in file:
            cells = [c.strip() for c in line.strip().strip("|").split("|")]
            folders = re.findall(r"`src/([\w.]+)`", cells[0]) if len(cells) == 3 else []
            if not folders:
                continue
            above = [f for row in rows for f in row]
            use = set()
            for word in (w.strip() for w in cells[2].split(",")):
                if word == "everything":
                    use |= set(above)
                elif "…" in word:
                    first, last = (w.strip() for w in word.split("…"))
                    start = above.index(first)
                    stop = len(above) if last == "engines" else above.index(last) + 1
                    # A range that ends in a row of siblings takes the whole row; engines are the row before.
                    use |= set(above[start:stop])
                elif word != "–":
                    if word not in above:
                        sys.exit(f"doc/architecture.md: {folders[0]} may use {word}, which is not above it")
                    use.add(word)
            rows.append(folders)
            for folder in folders:
                allowed[folder] = use | {folder}
    if len(rows) < 5:
        sys.exit("doc/architecture.md: the table of folders was not found")
    return allowed


def main():
    allowed = read_table()
    problems, checked, users, heavy = [], 0, {}, []
    for folder, _, names in os.walk(os.path.join(ROOT, "src")):
        for name in sorted(n for n in names if n.endswith((".cpp", ".hpp"))):
            path = os.path.relpath(os.path.join(folder, name), os.path.join(ROOT, "src"))
            module = path.split(os.sep)[0]
            if module not in allowed:
                problems.append(f"src/{path}: src/{module} is not in the table of doc/architecture.md")
                continue
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                lines = file.readlines()
            for number, line in enumerate(lines, 1):
                match = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
                if not match:
                    continue
                checked += 1
                header, where = match.group(2), f"src/{path}:{number}"
                if match.group(1) == '"':
                    target = header.split("/")[0] if "/" in header else None
                    if target is None:
                        problems.append(f'{where}: write "folder/{header}"')
                    elif target not in allowed:
                        problems.append(f"{where}: there is no folder src/{target}")
                    elif target not in allowed[module]:
                        problems.append(f"{where}: {module} may not include {target} ({header})")
                    elif target != module:
                        users.setdefault(header, []).append((module, where))
                else:
                    for pattern, folders in HEAVY.items():
                        if re.fullmatch(pattern, header):
                            if module not in folders:
                                problems.append(f"{where}: <{header}> belongs to {', '.join(sorted(folders))} only")
                            elif name.endswith(".hpp"):
                                heavy.append((path.replace(os.sep, "/"), folders, where))
    for header, folders, where in heavy:
        for outsider in (user for module, user in users.get(header, []) if module not in folders):
            problems.append(f"{where}: a heavy header in {header}, which {outsider} includes")
    for problem in problems:
        print(problem)
    print(f"{checked} includes checked, {len(problems)} problems")
    sys.exit(1 if problems or not checked else 0)


if __name__ == "__main__":
    main()
