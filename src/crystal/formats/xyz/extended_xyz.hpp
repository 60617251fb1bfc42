#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "crystal/formats/structure_format.hpp"

namespace spinel {

/// Extended XYZ in ASE's dialect: a line with the number of atoms, a comment line of key=value, a line per atom.
///
/// Lattice="ax ay az bx by bz cx cy cz" is the cell (Å). pbc="T T F" is the periodicity, all T where there is a Lattice
/// and all F where there is none; then the cell bounds the atoms with 1 Å to spare and the atoms are shifted into it
/// (regularize_cell). Every other key goes to Structure::info as text; a comment without Lattice and Properties that is
/// no list of keys becomes info "comment".
///
/// Properties=name:type:columns:… states what the columns hold; without it, species and positions, further columns
/// ignored. Known names, the case ignored: species (also symbols, element); Z, numbers; pos, positions (Å);
/// velo, vel, velocity, velocities (Å/fs; reduced in reduced units); momenta (ASE's: sqrt(amu eV), which makes the
/// velocity momentum/mass in Å per sqrt(amu Å²/eV) = 10.1805 fs); forces, magmoms and charges under the names of
/// atom_label() (labels.hpp); move_mask (1 or 3 columns, T: moves); mass, masses (amu; atoms of one symbol and several
/// masses become several species); id, which sorts the atoms where it is a permutation of 1 … N or 0 … N−1. Other
/// columns are skipped, with a warning where they are vectors. Info "units=lj" marks reduced units. Species may be
/// kinds ('Fe1', 'Na+') and atomic numbers, but 1, 2, … without a gap are the types of LAMMPS and need
/// options.type_map.
///
/// Every reader throws InputError with file and line.
class XyzReader {
 public:
  /// A file, plain or gzip, read as a stream: one frame at a time is held.
  explicit XyzReader(const std::string& path, ReadOptions options = {});
  /// Text in memory, which must outlive the reader.
  XyzReader(std::string_view text, std::string name, ReadOptions options = {});

  /// The next frame. False at the end of the file.
  bool next(Structure& structure);

 private:
  LineReader lines_;
  ReadOptions options_;
};

/// Where the frames are, found by the numbers of atoms they begin with. InputError where one is missing or the text
/// ends inside a frame: what follows could not be found.
StructureIndex index_xyz(LineReader& lines);
/// The next frame.
Structure read_xyz_frame(const std::string& header, LineReader& lines, const ReadOptions& options);

/// Writes one frame: Lattice, the columns the structure has (moments as one column where they are collinear), masses
/// only where one is not the standard weight (or 1 with info units=lj), every info key, pbc. Numbers read back to the
/// same values. Species symbols must be free of blanks.
void write_xyz_frame(TextWriter& out, const Structure& structure);
/// The same frame as text.
std::string xyz_frame_text(const Structure& structure);
/// And with a further column `name`: one number an atom.
std::string xyz_frame_with(const Structure& structure, const std::string& name, const std::vector<double>& column);
void write_xyz(const std::string& path, const Structure& structure);
void write_xyz(const std::string& path, const std::vector<Structure>& frames);

}  // namespace spinel
