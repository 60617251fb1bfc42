#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "io/dataset/dataset_bytes.hpp"
#include "io/dataset/dataset_records.hpp"

namespace spinel {

/// What the records of this rank will hold, in their order.
struct DatasetStreamPlan {
  std::vector<std::int64_t> atoms;                              ///< [structure]
  std::vector<std::int64_t> id_bytes;                           ///< [structure]
  std::map<std::string, std::vector<std::int64_t>> text_bytes;  ///< name → [structure], the same names on all ranks
  std::vector<std::string> scalars;                             ///< names of numbers, the same on all ranks
};

/// Writes a dataset file (doc/datasets.md) of structures without forces and the like, a few records at a time: in
/// memory are 8 bytes a structure for the atoms and for each text, and what is being written. The file is what
/// write_dataset() would make of all records of all ranks in rank order. It is written as <path>.part, which then
/// replaces `path`.
class DatasetStream {
 public:
  /// Collective. Throws Error on all ranks where the file cannot be made, or there are no structures at all. `notes`:
  /// attributes of /provenance.
  DatasetStream(const std::string& path, const DatasetStreamPlan& plan, const std::map<std::string, std::string>& notes,
                const Communicator& communicator);

  /// The next records of this rank; Error where they are not what was planned.
  void append(const DatasetRecords& records);
  /// Collective. All records are there.
  void finish();

 private:
  struct Texts {
    std::int64_t next = 0;  // byte
    std::unique_ptr<DatasetBytes> bytes;
  };
  void put_texts(Texts& to, const std::vector<std::string>& texts);
  std::unique_ptr<DatasetBytes> open(const std::string& dataset, std::int64_t bytes) const;

  Communicator communicator_;
  std::string path_;
  std::int64_t next_structure_ = 0, next_atom_ = 0, end_structure_ = 0, end_atom_ = 0;
  std::unique_ptr<DatasetBytes> cell_, periodic_, atomic_number_, position_;
  Texts id_;
  std::map<std::string, Texts> text_;
  std::map<std::string, std::unique_ptr<DatasetBytes>> scalar_;
};

}  // namespace spinel
