"""What run.sh of m3gnet and potential print: medians over interleaved rounds, a line of "name number bytes …" each."""
import numpy as np


class Rounds:
    def __init__(self, path):
        self.rows = []
        for line in open(path):
            words = line.split()
            self.rows.append({words[k]: (float(words[k + 1]), float(words[k + 2])) for k in range(0, len(words), 3)})

    def show(self, name, what, unit=""):
        """Median and range of what(row); rounds without its programs are left out, nothing printed where all are."""
        values = []
        for row in self.rows:
            try:
                values.append(what(row))
            except KeyError:
                pass
        if values:
            print(f"{name:50s} {np.median(values):9.3f} [{min(values):.3f} … {max(values):.3f}] {unit}".rstrip())
