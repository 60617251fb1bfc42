#include "task/evaluate/evaluation_row.hpp"

#include <algorithm>
#include <tuple>

#include "core/text.hpp"
#include "stability/entries/energy_key.hpp"

namespace spinel {

namespace {

using Row = EvaluationRow;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

const Table<Row>& packed_columns() {
  static const Table<Row> table = evaluation_table({});
  return table;
}

bool is_periodic(const Structure& structure) {
  return std::all_of(structure.periodic.begin(), structure.periodic.end(), [](bool p) { return p; });
}

}  // namespace

double mean_coordination(const Row& row) {
  if (row.coordination.empty()) return nan;
  double sum = 0.0;
  for (const auto number : row.coordination) sum += static_cast<double>(number);
  return sum / static_cast<double>(row.coordination.size());
}

Table<Row> evaluation_table(const EvaluationColumns& which) {
  Table<Row> t;
  const auto [hull, reference, relaxed, rows, names] = which;
  t.column("number", "", "place in the set, from 0", &Row::number).only_in_csv();
  t.column("name", "", "where the structure came from", &Row::name);
  t.column("id", "", "identifier in its file", &Row::id);
  t.column("formula", "", "reduced", &Row::formula);
  t.column("n_atoms", "", "0: it could not be read", &Row::n_atoms).csv_name("atoms");
  t.column("n_elements", "", "", &Row::n_elements);
  t.column("status", "", "0 done or converged, 1 not converged, 2 failed", &Row::status)
      .csv([relaxed = relaxed](const Row& r) { return std::string(status_name(r.status, relaxed)); });
  t.column("energy", "eV/atom", "of the potential, or of the file", &Row::energy);
  t.column("formation_energy", "eV/atom", "from the elements of the hull", &Row::formation_energy).where(hull);
  t.column("energy_above_hull", "eV/atom", "negative: below the hull; NaN: none, as with elements that the hull lacks",
           &Row::energy_above_hull)
      .where(hull);
  t.column("stable", "", "1: not above the hull by more than the threshold", &Row::stable).where(hull);
  t.column("unique", "", "1: first of its group within the set", &Row::unique);
  t.column("duplicate_of", "", "number of the first of its group; −1: none before it", [](const Row& r) {
     return r.match.first;
   }).csv([rows = rows](const Row& r) {
    return r.match.first < 0 ? "" : csv_field(rows->at(static_cast<std::size_t>(r.match.first)).name);
  });
  t.column("duplicate_rms", "(V/N)^(1/3)", "distance to it",
           [](const Row& r) { return r.match.first < 0 ? nan : r.match.first_rms; });
  t.column("novel", "", "1: fits nothing in the reference", &Row::novel).where(reference);
  t.column("reference", "", "what it fits", [names = names](const Row& r) {
     return r.match.reference < 0 ? std::string() : names->at(static_cast<std::size_t>(r.match.reference));
   }).where(reference);
  t.column("reference_rms", "(V/N)^(1/3)", "distance to it", [](const Row& r) {
     return r.match.reference < 0 ? nan : r.match.reference_rms;
   }).where(reference);
  t.column("sun", "", "1: stable, unique and novel", [](const Row& r) { return r.stable && r.unique && r.novel; })
      .where(hull && reference)
      .only_in_csv();
  t.column("valid_structure", "", "1: yes", &Row::valid_structure);
  t.column("shortest_distance", "Å", "between any two atoms", &Row::shortest_distance);
  t.column("volume", "Å³", "of the cell", &Row::volume);
  t.column("density", "g/cm³", "", &Row::density);
  t.column("valid_composition", "", "1: yes", &Row::valid_composition);
  t.column("valid_composition_icsd24", "", "1: yes, with the oxidation states in the ICSD of 2024",
           &Row::valid_composition_icsd24);
  t.column("composition_verdict", "", "why", &Row::composition_verdict);
  t.column("space_group", "", "International Tables; 0: none found", &Row::space_group);
  t.column("space_group_symbol", "", "", &Row::space_group_symbol);
  t.column("coordination", "", "mean coordination number", [](const Row& r) {
     return mean_coordination(r);
   }).only_in_csv();
  t.column("rmsd", "Å", "displacement by the relaxation", &Row::rmsd).where(relaxed);
  t.column("generated_rms", "(V/N)^(1/3)", "matcher's distance of generated and relaxed; NaN: no match",
           &Row::generated_rms)
      .where(relaxed);
  t.column("reason", "", "why it failed", &Row::reason);
  t.column("energy_kind", "", "of the energy", &Row::energy_kind).in_no_file();
  t.column("energy_problem", "", "why there is no energy", &Row::energy_problem).in_no_file();
  t.column("good", "", "1: a sample that came out", &Row::good).in_no_file();
  t.column("comparable", "", "1: it has a cell to compare", &Row::comparable).in_no_file();
  return t;
}

Bytes pack(const AssessedStructure& assessed) {
  ByteWriter out;
  packed_columns().pack(assessed.row, out);
  out.put(assessed.row.coordination);
  put_cell(out, assessed.cell);
  return out.take();
}

AssessedStructure unpack_assessed(const Bytes& bytes) {
  ByteReader in(bytes);
  AssessedStructure assessed;
  packed_columns().unpack(in, assessed.row);
  in.get(assessed.row.coordination);
  assessed.cell = get_cell(in);
  return assessed;
}

AssessedStructure StructureAssessor::operator()(const StructureResult& result, const Structure& before) {
  AssessedStructure assessed;
  Row& row = assessed.row;
  row.number = result.number;
  row.name = result.name;
  row.id = identifier_of(before);
  row.status = result.status;
  row.reason = result.reason;
  const bool relaxed = parameters_.relax;
  const Structure& structure = result.structure.size() > 0 ? result.structure : before;
  const bool came_out = row.status == StructureStatus::done || row.status == StructureStatus::not_converged;
  if (relaxed && came_out && structure.size() > 0) row.energy = result.energy / static_cast<double>(structure.size());
  if (!relaxed && came_out) {
    try {
      std::tie(row.energy, row.energy_kind) = labeled_energy(parameters_, structure);
    } catch (const InputError& error) {
      row.energy_problem = error.what();
    }
  }
  if (row.status != StructureStatus::failed && !is_periodic(structure)) {
    row.status = StructureStatus::failed;
    row.reason = "is not periodic along all directions";
  }
  row.good = row.status == StructureStatus::done ||
             (row.status == StructureStatus::not_converged && parameters_.unconverged == "take");
  find_traits_(structure, relaxed ? before : Structure(), row.good, row, assessed.cell);
  row.comparable = assessed.cell.size() > 0;
  return assessed;
}

std::pair<double, EnergyKind> labeled_energy(const EvaluateParameters& parameters, const Structure& structure) {
  EntryFileOptions options;
  options.energy_key = parameters.energy_key;
  options.energy_kind = parameters.energy_kind;
  std::vector<std::string> known;
  for (const auto& [key, value] : structure.info) known.push_back(lower_case(key));
  const EnergyKey key = choose_energy_key(options, known);
  for (const auto& [name, text] : structure.info) {
    if (lower_case(name) != key.name) continue;
    double value = 0.0;
    if (!parse_number(trim(text), value)) fail_input("{} = '{}' is no finite number", name, text);
    return {key.per_atom_energy(value, composition_of(structure)), key.kind};
  }
  fail_input("no {}", key.name);
}

std::string identifier_of(const Structure& structure) {
  for (const std::string& wanted : id_keys({}))
    for (const auto& [key, value] : structure.info)
      if (lower_case(key) == wanted) return value;
  return {};
}

}  // namespace spinel
