#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "crystal/formats/read_options.hpp"
#include "crystal/structure.hpp"
#include "parallel/communicator.hpp"

namespace spinel {

/// A crystal with nothing that a fast reader has no need of; objects are used again for the next one.
struct CrystalRecord {
  std::string id;                     ///< its own, else "set.xyz frame 12"
  std::string problem;                ///< why it cannot be read; empty: it could
  std::vector<std::string> warnings;  ///< Structure::warnings
  Mat3 cell;                          ///< rows a, b, c, Å
  std::array<bool, 3> periodic;
  std::vector<std::uint8_t> atomic_number;  ///< [atom]
  std::vector<double> position;             ///< [atom][3] Å
  std::vector<double> scalar;               ///< those of SourceOptions, in that order; NaN where it has none
};

/// Its atoms and cell; identifier, warnings and numbers are left alone.
void to_record(const Structure& structure, CrystalRecord& record);

/// What to take of a list of structures.
struct SourceOptions {
  ReadOptions read;
  std::string format = "auto";          ///< auto (by the name) | StructureFormat::key | cif_folder | csv | json
  std::string structure_key;            ///< column or key of the structure in CSV and JSON; empty: the usual ones
  std::string id_key;                   ///< column or key of the identifier; empty: the usual ones (dataset_id_keys)
  std::vector<std::string> properties;  ///< names of the columns of an id_prop.csv without titles
  std::vector<std::string> scalars;     ///< names of the numbers that read_crystal() looks up
  /// A file of one structure has its name as info "id", and not its "comment" or "data_block": as a dataset takes it.
  bool file_ids = false;
};

/// A numbered list of structures, of which every rank can read any one by itself: the list is never in a rank's memory.
/// Making and destroying one is collective. Ranks of one program only, not threads, may use it at the same time.
class StructureSource {
 public:
  explicit StructureSource(SourceOptions options = {}) : options_(std::move(options)) {}
  virtual ~StructureSource() = default;
  StructureSource(const StructureSource&) = delete;
  StructureSource& operator=(const StructureSource&) = delete;

  virtual std::string kind() const = 0;  ///< "extended XYZ", "JSON lines", …
  /// What of the file or folder is not among the structures, on rank 0, a sentence each.
  virtual std::vector<std::string> passed_over() const { return {}; }
  virtual std::int64_t size() const = 0;
  /// "set.xyz frame 12", "quartz.cif": for messages.
  virtual std::string name(std::int64_t i) const = 0;
  /// Grows with the time its computation takes; only the order counts.
  virtual double cost(std::int64_t i) const = 0;
  /// Structure i, with its identifier and labels in info, and forces where there are some. InputError where it is wrong
  /// in itself, which is no harm to the others; Error where the file is not what it was when the list was opened.
  virtual Structure read(std::int64_t i) = 0;
  /// What stands for the identifier where info has none, or read() throws: the own one of a table's row or a JSON
  /// record, else "set-12". Quick after read(i).
  virtual std::string default_id(std::int64_t i) { return name(i); }
  /// The same without what only a Structure holds; what is wrong with it goes to `problem`.
  virtual void read_crystal(std::int64_t i, CrystalRecord& record);
  /// Lets go of open files until the next read(): for whoever has thousands of sources.
  virtual void close() {}
  /// Identifies the list: of all that its files hold, or of their names and sizes where there are many.
  virtual std::uint64_t fingerprint() const = 0;

 protected:
  SourceOptions options_;
};

/// Collective: one rank looks through the files, all can read afterwards. `path`: doc/datasets.md has the formats.
/// InputError on all ranks where there is nothing, where the name states no format, where the records cannot be
/// distinguished (what is wrong in one of them shows when it is read), or where none could have one of the `scalars`.
std::shared_ptr<StructureSource> open_structure_source(const std::string& path, const SourceOptions& options,
                                                       const Communicator& communicator);

/// Structures that are in memory already, the same on every rank that reads them.
std::shared_ptr<StructureSource> structures_in_memory(std::vector<Structure> structures,
                                                      std::vector<std::string> names);

}  // namespace spinel
