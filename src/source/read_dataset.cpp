#include "source/read_dataset.hpp"

#include "core/error.hpp"
#include "parallel/on_root.hpp"

namespace spinel {

namespace {

/// This rank's share of all records.
DatasetRecords read_share(StructureSource& source, const Communicator& communicator, ReadWarnings& warnings) {
  DatasetRecords records;
  const std::int64_t first = source.size() * communicator.rank() / communicator.size(),
                     end = source.size() * (communicator.rank() + 1) / communicator.size();
  for (std::int64_t i = first; i < end; ++i) {
    const Structure structure = source.read(i);
    try {
      records.add(structure, source.default_id(i));
      warnings.add(structure.warnings, i, source.name(i));
    } catch (const InputError& error) {
      fail_input("{}: {}", source.name(i), error.what());
    }
  }
  return records;
}

}  // namespace

std::unique_ptr<Dataset> read_dataset(const std::string& path, const Communicator& communicator,
                                      const ReadOptions& read, ReadWarnings* warnings) {
  if (is_dataset_name(path)) return std::make_unique<Dataset>(path, communicator);
  SourceOptions options;
  options.read = read;
  options.file_ids = true;
  const auto source = open_structure_source(path, options, communicator);
  DatasetRecords records;
  ReadWarnings own;
  on_all_ranks(communicator, [&] { records = read_share(*source, communicator, own); });
  if (warnings != nullptr) warnings->add(own.gathered(communicator));
  return std::make_unique<Dataset>(std::move(records), path, communicator);
}

}  // namespace spinel
