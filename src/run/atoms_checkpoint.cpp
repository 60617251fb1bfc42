#include "run/atoms_checkpoint.hpp"

#include <algorithm>

namespace spinel {

namespace {

const double* numbers(const std::vector<Vec3>& v) { return v.empty() ? nullptr : v.front().data(); }

std::vector<Vec3> to_vectors(const std::vector<double>& numbers) {
  std::vector<Vec3> result(numbers.size() / 3);
  for (std::size_t i = 0; i < result.size(); ++i) result[i] = Vec3(numbers.data() + 3 * i);
  return result;
}

std::vector<double> flatten(const Mat3& m) { return {m.data(), m.data() + 9}; }

void write_species(CheckpointWriter& out, const std::vector<Species>& species) {
  std::string symbols;
  std::vector<std::int64_t> atomic_numbers;
  std::vector<double> masses;
  for (const Species& s : species) {
    symbols += s.symbol + "\n";
    atomic_numbers.push_back(s.atomic_number);
    masses.push_back(s.mass);
  }
  out.set_text("species", symbols);
  out.set("atomic_numbers", atomic_numbers);
  out.set("masses", masses);
}

std::vector<Species> read_species(const CheckpointReader& in) {
  const std::string symbols = in.text("species");
  const auto atomic_numbers = in.integers("atomic_numbers");
  const auto masses = in.reals("masses");
  std::vector<Species> species;
  for (std::size_t at = 0, end; (end = symbols.find('\n', at)) != std::string::npos; at = end + 1) {
    const std::size_t k = species.size();
    species.push_back({symbols.substr(at, end - at), static_cast<int>(atomic_numbers.at(k)), masses.at(k)});
  }
  return species;
}

// The names of the state's arrays and of the atoms' columns, one a line; empty arrays have a name only.
void write_state(CheckpointWriter& out, const State& state) {
  std::string names;
  for (const auto& [name, values] : state) {
    names += name + "\n";
    if (!values.empty()) out.set("state." + name, values);
  }
  out.set_text("state", names);
}

State read_state(const CheckpointReader& in) {
  State state;
  const std::string names = in.text("state");
  for (std::size_t at = 0, end; (end = names.find('\n', at)) != std::string::npos; at = end + 1) {
    const std::string name = names.substr(at, end - at);
    state[name] = in.has_value("state." + name) ? in.reals("state." + name) : std::vector<double>{};
  }
  return state;
}

}  // namespace

void write_atoms_checkpoint(const std::string& path, const std::string& input, const ForceField& force_field,
                            const State& state, std::int64_t step) {
  const LocalAtoms& atoms = force_field.atoms();
  CheckpointWriter out(force_field.communicator());
  const std::size_t n = atoms.n_owned;
  out.add("id", atoms.id.data(), n);
  out.add("type", atoms.type.data(), n);
  out.add("position", numbers(atoms.position), n, 3);
  out.add("velocity", numbers(atoms.velocity), n, 3);
  out.add("image", n == 0 ? nullptr : atoms.image.front().data(), n, 3);
  out.add("fixed", atoms.fixed.data(), n);
  out.add("build_position", numbers(atoms.build_position), n, 3);
  std::string columns;
  for (const AtomColumn& column : atoms.columns) {
    columns += column.name + "\n";
    out.add("column." + column.name, column.values.data(), n, static_cast<std::size_t>(column.width));
  }
  out.set_text("columns", columns);

  out.set("n_global", atoms.n_global);
  out.set("cell", flatten(atoms.cell));
  out.set("build_cell", flatten(atoms.build_cell));
  out.set("periodic", std::vector<std::int64_t>(atoms.periodic.begin(), atoms.periodic.end()));
  write_species(out, atoms.species);

  const Decomposition& decomposition = force_field.halo().decomposition();
  out.set("grid", std::vector<std::int64_t>(decomposition.grid().begin(), decomposition.grid().end()));
  if (!decomposition.cuts().empty()) out.set("cuts", decomposition.cuts());
  out.set("range", force_field.neighbors().range());
  const BuildCounts& c = force_field.counts();
  out.set("build_counts", std::vector<std::int64_t>{c.builds, c.dangerous, c.balances, c.steps_since_build,
                                                    c.builds_since_balance_check});
  out.set("step", step);
  out.set_text("input", input);
  write_state(out, state);
  out.write(path);
}

AtomsCheckpoint read_atoms_checkpoint(const CheckpointReader& in) {
  AtomsCheckpoint result;
  LocalAtoms& atoms = result.atoms;
  atoms.id = in.read<std::int64_t>("id");
  atoms.n_owned = atoms.id.size();
  atoms.n_global = in.integer("n_global");
  atoms.type = in.read<std::int32_t>("type");
  atoms.position = to_vectors(in.read<double>("position"));
  atoms.velocity = to_vectors(in.read<double>("velocity"));
  const auto image = in.read<std::int32_t>("image");
  atoms.image.resize(atoms.n_owned);
  for (std::size_t i = 0; i < atoms.n_owned; ++i) std::copy_n(image.data() + 3 * i, 3, atoms.image[i].begin());
  atoms.fixed = in.read<std::uint8_t>("fixed");
  atoms.build_position = to_vectors(in.read<double>("build_position"));
  const std::string columns = in.text("columns");
  for (std::size_t at = 0, end; (end = columns.find('\n', at)) != std::string::npos; at = end + 1) {
    AtomColumn column;
    column.name = columns.substr(at, end - at);
    std::size_t width = 1;
    column.values = in.read<double>("column." + column.name, &width);
    column.width = static_cast<int>(width);
    atoms.columns.push_back(std::move(column));
  }
  atoms.cell = Mat3(in.reals("cell").data());
  atoms.build_cell = Mat3(in.reals("build_cell").data());
  const auto periodic = in.integers("periodic");
  for (std::size_t k = 0; k < 3; ++k) atoms.periodic[k] = periodic.at(k) != 0;
  atoms.species = read_species(in);

  const auto grid = in.integers("grid");
  for (std::size_t k = 0; k < 3; ++k) result.grid[k] = static_cast<int>(grid.at(k));
  if (in.has_value("cuts")) result.cuts = in.reals("cuts");
  result.range = in.real("range");
  result.ranks = in.ranks();
  const auto c = in.integers("build_counts");
  result.counts = {c.at(0), c.at(1), c.at(2), c.at(3), c.at(4)};
  result.state = read_state(in);
  result.step = in.integer("step");
  return result;
}

}  // namespace spinel
