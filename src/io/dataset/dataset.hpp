#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "io/dataset/dataset_records.hpp"
#include "parallel/node_shared.hpp"

namespace spinel {

/// Structures with labels, in memory once per node, every structure seen by every rank: doc/datasets.md states what the
/// file holds. Å, eV, eV/Å, eV/Å³.
class Dataset {
 public:
  /// Collective. A dataset that calculation = 'convert' wrote, of which each rank of a node reads a part. InputError on
  /// all ranks where the file is none. (Files of other kinds: source/read_dataset.hpp.)
  Dataset(const std::string& path, const Communicator& communicator);
  /// Collective. The records of all ranks in rank order; `path` is what stands for a file in messages.
  /// `ranks_per_node`: as NodeGroup takes it.
  Dataset(DatasetRecords records, std::string path, const Communicator& communicator, int ranks_per_node = 0);
  /// Collective. The structures of several datasets of one communicator, one dataset after the other; not for very
  /// large ones.
  static Dataset joined(const std::vector<const Dataset*>& parts);
  Dataset(Dataset&&) noexcept;
  ~Dataset();

  const std::string& path() const { return path_; }
  const NodeGroup& group() const;

  std::int64_t n_structures() const { return n_structures_; }
  std::int64_t n_atoms() const { return n_atoms_; }
  std::int64_t n_atoms(std::int64_t i) const { return atom_offset()[i + 1] - atom_offset()[i]; }

  const std::int64_t* atom_offset() const;    ///< [structure + 1]
  const double* cell() const;                 ///< [structure][9] rows a b c, Å
  const std::uint8_t* periodic() const;       ///< [structure] bit k: along vector k
  const std::uint8_t* atomic_number() const;  ///< [atom]
  const double* position() const;             ///< [atom][3] Cartesian, Å
  const double* force() const;                ///< [atom][3] eV/Å, NaN where a record lacks it; null: no record has it
  const double* magnetic_moment() const;      ///< [atom][3] μB, in the same way; collinear ones along z
  const double* charge() const;               ///< [atom] e, in the same way
  const double* stress() const;               ///< [structure][6] eV/Å³ xx yy zz yz xz xy; likewise

  std::string id(std::int64_t i) const;

  bool has(const std::string& name) const;  ///< a scalar or a text
  bool has_scalar(const std::string& name) const;
  bool has_text(const std::string& name) const;
  const double* scalar(const std::string& name) const;  ///< [structure], NaN where a record lacks it; Error where none
  std::string text(const std::string& name, std::int64_t i) const;  ///< empty where a record lacks it
  std::vector<std::string> scalar_names() const;                    ///< ascending
  std::vector<std::string> text_names() const;
  std::string unit(const std::string& scalar_name) const;  ///< empty where none is known

  Mat3 cell_of(std::int64_t i) const;
  std::array<bool, 3> periodic_of(std::int64_t i) const;
  /// The structure with its id and labels in info and force, as extended XYZ would have it.
  Structure structure(std::int64_t i) const;

  /// Hexadecimal, of all that the records hold in their order: the same however they were stored and on any number of
  /// ranks.
  const std::string& hash() const { return hash_; }
  /// Of cells, periodicity, positions and atoms per structure only: what a neighbor graph depends on.
  const std::string& structure_hash() const { return structure_hash_; }

 private:
  struct Arrays;
  void take(DatasetRecords& records);
  void read(const std::string& path);
  static void check_offsets(const NodeShared<std::int64_t>& offset, std::size_t n, const std::string& name);
  void compute_hashes();

  std::string path_;
  std::unique_ptr<Arrays> arrays_;
  std::int64_t n_structures_ = 0, n_atoms_ = 0;
  std::map<std::string, std::string> unit_;
  std::string hash_, structure_hash_;
};

/// *.h5, *.hdf5.
bool is_dataset_name(const std::string& path);

}  // namespace spinel
