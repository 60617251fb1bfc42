#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "crystal/formats/text_file.hpp"
#include "crystal/structure.hpp"

namespace spinel {

/// Extended XYZ in ASE's dialect: a line with the number of atoms, a comment line of key=value, a line per atom.
///
/// Lattice="ax ay az bx by bz cx cy cz" is the cell (Å). pbc="T T F" is the periodicity, all T where there is a Lattice
/// and all F where there is none; then the cell bounds the atoms with 1 Å to spare and the atoms are shifted into it
/// (regularize_cell). Every other key goes to Structure::info as text; a comment without Lattice, Properties and '='
/// becomes info "comment".
///
/// Properties=name:type:columns:… states what the columns hold; without it, species and positions, further columns
/// ignored. Known names, the case ignored: species (also symbols, element); Z, numbers; pos, positions (Å);
/// velo, vel, velocity, velocities (Å/fs; reduced in reduced units); momenta (ASE's: sqrt(amu eV), which makes the
/// velocity momentum/mass in Å per sqrt(amu Å²/eV) = 10.1805 fs); force, forces (eV/Å); move_mask (1 or 3 columns, T:
/// moves); mass, masses (amu; atoms of one symbol and several masses become several species); id, which sorts the atoms
/// where it is a permutation of 1 … N or 0 … N−1. Other columns are skipped. Info "units=lj" marks reduced units.
///
/// Every reader throws InputError with file and line.
class XyzReader {
 public:
  /// A file, plain or gzip, read as a stream: one frame at a time is held.
  explicit XyzReader(const std::string& path, bool allow_labels = false);
  /// Text in memory, which must outlive the reader; in a file of that name there are `lines_before` lines before it.
  XyzReader(std::string_view text, std::string name, bool allow_labels = false, std::int64_t lines_before = 0);

  /// The next frame. False at the end of the file.
  bool next(Structure& structure);
  /// Passes over a frame without looking at its atoms. False at the end of the file.
  bool skip();
  /// After next() threw: passes to the end of the frame it was in. False where none is known: the number of atoms was
  /// at fault, or the file ends inside the frame.
  bool skip_rest();

 private:
  /// The number of atoms of the next frame; −1 at the end of the file.
  std::int64_t read_count();

  LineReader lines_;
  bool allow_labels_;
  std::int64_t frame_end_ = -1;  // line number of the last line of the frame being read; −1: not known
};

/// Number of frames.
std::int64_t count_xyz_frames(const std::string& path);
/// Frame `frame` from 0; negative ones count from the end, −1 is the last.
Structure read_xyz(const std::string& path, std::int64_t frame = -1, bool allow_labels = false);
/// The same from text; `name` stands for the file in messages.
Structure parse_xyz(std::string_view text, const std::string& name, std::int64_t frame = -1, bool allow_labels = false);

/// Writes one frame: Lattice, the columns the structure has, masses only where one is not the standard weight (or 1
/// with info units=lj), every info key, pbc. Numbers read back to the same values. Species symbols must be free of
/// blanks.
void write_xyz_frame(TextWriter& out, const Structure& structure);
/// The same frame as text, with a further column `name`: one number an atom.
std::string xyz_frame_with(const Structure& structure, const std::string& name, const std::vector<double>& column);
void write_xyz(const std::string& path, const Structure& structure);
void write_xyz(const std::string& path, const std::vector<Structure>& frames);

}  // namespace spinel
