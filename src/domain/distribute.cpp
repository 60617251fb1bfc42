#include "domain/distribute.hpp"

#include <algorithm>
#include <numeric>

#include "parallel/blocks.hpp"

namespace spinel {

namespace {

constexpr std::uint8_t all_free = 0;

void broadcast_cell(LocalAtoms& atoms, const Communicator& communicator) {
  communicator.broadcast(atoms.cell.data(), 9);
  std::array<std::int32_t, 3> periodic{};
  std::copy(atoms.periodic.begin(), atoms.periodic.end(), periodic.begin());
  communicator.broadcast(periodic.data(), 3);
  for (std::size_t k = 0; k < 3; ++k) atoms.periodic[k] = periodic[k] != 0;

  std::uint64_t n_species = atoms.species.size();
  communicator.broadcast(&n_species, 1);
  atoms.species.resize(static_cast<std::size_t>(n_species));
  for (Species& species : atoms.species) {
    communicator.broadcast(species.symbol);
    std::int32_t number = species.atomic_number;
    communicator.broadcast(&number, 1);
    species.atomic_number = number;
    communicator.broadcast(&species.mass, 1);
  }
}

// The block of each rank of values[atom][width], from rank 0. A whole array where all ranks' atoms are the same value
// need not be sent: an empty one stays empty.
template <class T>
std::vector<T> scatter(const std::vector<T>& values, std::int64_t n_atoms, std::int64_t width,
                       const Communicator& communicator) {
  std::vector<std::int64_t> counts(static_cast<std::size_t>(communicator.size()), 0);
  if (communicator.is_root()) {
    for (int rank = 0; rank < communicator.size(); ++rank)
      counts[static_cast<std::size_t>(rank)] = width * (block_begin(n_atoms, rank + 1, communicator.size()) -
                                                        block_begin(n_atoms, rank, communicator.size()));
  }
  return communicator.all_to_all(values, counts);
}

std::vector<double> flatten(const std::vector<Vec3>& vectors, std::size_t n) {
  std::vector<double> flat(3 * n, 0.0);
  for (std::size_t i = 0; i < std::min(n, vectors.size()); ++i)
    std::copy(vectors[i].data(), vectors[i].data() + 3, flat.data() + 3 * i);
  return flat;
}

std::vector<Vec3> unflatten(const std::vector<double>& flat) {
  std::vector<Vec3> vectors(flat.size() / 3);
  for (std::size_t i = 0; i < vectors.size(); ++i) vectors[i] = Vec3(flat[3 * i], flat[3 * i + 1], flat[3 * i + 2]);
  return vectors;
}

std::string check_arrays(const Structure& structure) {
  const std::size_t n = structure.size();
  if (structure.type.size() != n || (!structure.velocity.empty() && structure.velocity.size() != n) ||
      (!structure.fixed.empty() && structure.fixed.size() != n))
    return fmt::format("a structure of {} atoms with {} types, {} velocities and {} fixed flags", n,
                       structure.type.size(), structure.velocity.size(), structure.fixed.size());
  for (const std::int32_t type : structure.type)
    if (type < 0 || static_cast<std::size_t>(type) >= structure.species.size())
      return fmt::format("an atom of species {} in a structure of {} species", type, structure.species.size());
  return {};
}

}  // namespace

LocalAtoms local_atoms_from(const Structure& structure, const Communicator& communicator) {
  const bool root = communicator.is_root();
  communicator.fail_together(root ? check_arrays(structure) : std::string());
  LocalAtoms atoms;
  if (root) {
    atoms.cell = structure.cell;
    atoms.periodic = structure.periodic;
    atoms.species = structure.species;
    atoms.n_global = static_cast<std::int64_t>(structure.size());
  }
  broadcast_cell(atoms, communicator);
  communicator.broadcast(&atoms.n_global, 1);

  const std::int64_t n = atoms.n_global;
  const std::size_t n_root = root ? structure.size() : 0;
  const std::int64_t begin = block_begin(n, communicator.rank(), communicator.size());
  atoms.n_owned = static_cast<std::size_t>(block_begin(n, communicator.rank() + 1, communicator.size()) - begin);
  atoms.position = unflatten(scatter(flatten(structure.position, n_root), n, 3, communicator));
  atoms.velocity = unflatten(scatter(flatten(structure.velocity, n_root), n, 3, communicator));
  atoms.type = scatter(root ? structure.type : std::vector<std::int32_t>(), n, 1, communicator);
  std::vector<std::uint8_t> fixed;
  if (root) {
    fixed = structure.fixed;
    fixed.resize(n_root, all_free);
  }
  atoms.fixed = scatter(fixed, n, 1, communicator);
  atoms.id.resize(atoms.n_owned);
  std::iota(atoms.id.begin(), atoms.id.end(), begin);
  atoms.image.assign(atoms.n_owned, Int3{0, 0, 0});
  atoms.build_position = atoms.position;
  atoms.build_cell = atoms.cell;
  return atoms;
}

Structure gather_structure(const LocalAtoms& atoms, const Communicator& communicator, bool unwrapped,
                           const std::vector<Vec3>* force) {
  const std::size_t n = atoms.n_owned;
  std::vector<Vec3> own_position(n);
  for (std::size_t i = 0; i < n; ++i) own_position[i] = unwrapped ? atoms.unwrapped(i) : atoms.position[i];
  const auto first = [n](const auto& values) {
    return std::decay_t<decltype(values)>(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(n));
  };
  const auto id = communicator.gather(first(atoms.id));
  const auto type = communicator.gather(first(atoms.type));
  const auto fixed = communicator.gather(first(atoms.fixed));
  const auto position = unflatten(communicator.gather(flatten(own_position, n)));
  const auto velocity = unflatten(communicator.gather(flatten(atoms.velocity, n)));
  std::vector<Vec3> forces;
  if (force != nullptr) forces = unflatten(communicator.gather(flatten(*force, n)));

  Structure structure;
  structure.cell = atoms.cell;
  structure.periodic = atoms.periodic;
  structure.species = atoms.species;
  const std::size_t n_all = id.size();
  structure.type.resize(n_all);
  structure.position.resize(n_all);
  structure.velocity.resize(n_all);
  structure.force.resize(force != nullptr ? n_all : 0);
  if (std::any_of(fixed.begin(), fixed.end(), [](std::uint8_t bits) { return bits != all_free; }))
    structure.fixed.resize(n_all);
  for (std::size_t i = 0; i < n_all; ++i) {
    if (id[i] < 0 || static_cast<std::size_t>(id[i]) >= n_all) fail("atom {} among {} atoms", id[i], n_all);
    const auto at = static_cast<std::size_t>(id[i]);
    structure.type[at] = type[i];
    structure.position[at] = position[i];
    structure.velocity[at] = velocity[i];
    if (!structure.fixed.empty()) structure.fixed[at] = fixed[i];
    if (force != nullptr) structure.force[at] = forces[i];
  }
  return structure;
}

}  // namespace spinel
