#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "crystal/structure.hpp"
#include "parallel/communicator.hpp"

namespace spinel {

/// Structures and their labels as one rank collects them for a dataset (io/dataset/dataset.hpp); the dataset is the
/// records of all ranks in rank order.
class DatasetRecords {
 public:
  DatasetRecords() = default;
  /// `id_key`: the key of structure.info that is the id; empty: the first of the usual ones (dataset_id_keys) it has.
  explicit DatasetRecords(std::string id_key) : id_key_(std::move(id_key)) {}

  /// Adds a structure. Of its info, the id goes to `id` (else `fallback_id`); stress (xx xy xz yx … zz or xx yy zz yz
  /// xz xy, eV/Å³, tension positive) and virial or virials (the same orders, eV; stress = −virial/volume) to `stress`;
  /// all others to `property`. InputError, and nothing added, where a species is no element or a stress is no stress.
  void add(const Structure& structure, const std::string& fallback_id);
  /// Adds the records of another after those that are there.
  void append(DatasetRecords more);

  std::int64_t n_structures() const { return static_cast<std::int64_t>(id.size()); }
  std::int64_t n_atoms() const { return static_cast<std::int64_t>(atomic_number.size()); }

  std::vector<std::int64_t> atom_offset = {0};  // [structure + 1]
  std::vector<double> cell;                     // [structure][9] rows a b c, Å
  std::vector<std::uint8_t> periodic;           // [structure] bit k: along vector k
  std::vector<std::uint8_t> atomic_number;      // [atom]
  std::vector<double> position;                 // [atom][3] Å
  std::vector<double> force;            // [atom][3] eV/Å, NaN where a record has none; empty: no record has any
  std::vector<double> stress;           // [structure][6] eV/Å³ xx yy zz yz xz xy, in the same way
  std::vector<double> magnetic_moment;  // [atom][3] μB, in the same way; collinear ones along z
  std::vector<double> charge;           // [atom] e, in the same way
  std::vector<std::string> id;          // [structure]
  std::map<std::string, std::vector<std::string>> property;  // name → [structure] as text, empty where there is none

 private:
  std::string id_key_;
};

/// As bytes (core/byte_stream.hpp).
inline auto members(DatasetRecords& r) {
  return std::tie(r.atom_offset, r.cell, r.periodic, r.atomic_number, r.position, r.force, r.stress, r.magnetic_moment,
                  r.charge, r.id, r.property);
}

/// "id", "material_id", …: keys taken as the id, in this order.
const std::vector<std::string>& dataset_id_keys();

/// Unit of a property of a usual name ("band_gap": "eV"); empty where the name states none.
std::string usual_unit(const std::string& name);

/// Properties of the records of all ranks: numbers where every record that has one has a number (or True, False: 1, 0),
/// else texts. The same names on all ranks, ascending.
struct DatasetColumns {
  std::map<std::string, std::vector<double>> scalar;     // [structure of this rank], NaN where a record has none
  std::map<std::string, std::vector<std::string>> text;  // [structure of this rank]
  // Does any rank have them?
  bool has_force = false, has_stress = false, has_magnetic_moment = false, has_charge = false;
};

/// Collective. Takes the properties out of `records`, and gives it forces and the like where another rank has them.
DatasetColumns take_columns(DatasetRecords& records, const Communicator& communicator);

}  // namespace spinel
