#include "crystal/formats/cif/cif.hpp"

#include <unordered_set>

#include "core/text.hpp"
#include "crystal/formats/cif/cif_content.hpp"
#include "crystal/formats/cif/cif_text.hpp"
#include "crystal/lattice.hpp"

namespace spinel {

StructureIndex index_cif(LineReader& lines) {
  struct Block {
    TextPiece piece;
    std::string name;
    bool has_sites = false;
  };
  std::vector<Block> blocks(1);
  CifBlockFinder finder;
  std::string_view line;
  while (true) {
    const std::int64_t offset = lines.offset(), before = lines.line_number();
    if (!lines.next(line)) break;
    if (finder.take(line)) {
      blocks.push_back({{offset, 0, before}, finder.name(), false});
    }
    blocks.back().piece.size = lines.offset() - blocks.back().piece.offset;
    blocks.back().has_sites = finder.has_sites();
  }
  StructureIndex index;
  std::unordered_set<std::string> names;
  // What stands before the first block belongs to it, so that it can be told of.
  if (blocks.size() > 1) {
    const TextPiece before = blocks[0].piece;
    blocks[1].piece = {before.offset, before.size + blocks[1].piece.size, before.lines_before};
  }
  for (std::size_t k = 1; k < blocks.size(); ++k)
    if (blocks[k].has_sites) {
      index.pieces.push_back(blocks[k].piece);
      std::string name = blocks[k].name;
      for (int n = 2; !names.insert(name).second; ++n) name = fmt::format("{}-{}", blocks[k].name, n);
      index.names.push_back(name);
    }
  // Where none has sites, reading says what is missing.
  if (index.pieces.empty()) {
    index.pieces.push_back({0, lines.offset(), 0});
    index.names.emplace_back();
  }
  return index;
}

Structure read_cif_block(const std::string& /*header*/, LineReader& lines, const ReadOptions& options) {
  const std::int64_t before = lines.line_number();
  std::string text;
  for (std::string_view line; lines.next(line);) {
    text += line;
    text += '\n';
  }
  return structure_of_cif(parse_cif_block(text, lines.name(), before), lines.name(), options);
}

Structure parse_cif(std::string_view text, const std::string& name, const ReadOptions& options) {
  return parse_structure(*structure_format("x.cif"), text, name, -1, options);
}

void write_cif(const std::string& path, const Structure& s) {
  const CellParameters p = cell_parameters(s.cell);
  TextWriter out(path);
  out.write("data_{}\n_chemical_formula_sum '", s.formula());
  out.write("{}'\n", s.formula());
  out.write("_cell_length_a {}\n_cell_length_b {}\n_cell_length_c {}\n", p.a, p.b, p.c);
  out.write("_cell_angle_alpha {}\n_cell_angle_beta {}\n_cell_angle_gamma {}\n", p.alpha, p.beta, p.gamma);
  out.write("_symmetry_space_group_name_H-M 'P 1'\n_symmetry_Int_Tables_number 1\n");
  out.write("loop_\n_symmetry_equiv_pos_as_xyz\n'x, y, z'\n");
  out.write("loop_\n_atom_site_label\n_atom_site_type_symbol\n_atom_site_fract_x\n_atom_site_fract_y\n");
  out.write("_atom_site_fract_z\n_atom_site_occupancy\n");
  const Mat3 to_fractional = to_fractional_matrix(s.cell);
  std::vector<std::size_t> count(s.species.size(), 0);
  for (std::size_t i = 0; i < s.size(); ++i) {
    const auto type = static_cast<std::size_t>(s.type[i]);
    const Vec3 f = to_fractional * s.position[i];
    out.write("{0}{1} {0} {2} {3} {4} 1\n", s.species[type].symbol, ++count[type], f[0], f[1], f[2]);
  }
  out.close();
}

}  // namespace spinel
