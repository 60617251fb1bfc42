#pragma once

// Private to source: one class a format, made by open_structure_source().
#include <memory>
#include <string>

#include "source/structure_source.hpp"

namespace spinel {

using SourcePointer = std::shared_ptr<StructureSource>;

// All collective, with the errors of open_structure_source().
SourcePointer open_xyz(const std::string& path, const SourceOptions& options, const Communicator& communicator);
SourcePointer open_json(const std::string& path, const SourceOptions& options, const Communicator& communicator);
SourcePointer open_csv(const std::string& path, const SourceOptions& options, const Communicator& communicator);
SourcePointer open_dataset_list(const std::string& path, const SourceOptions& options,
                                const Communicator& communicator);
/// A file of one structure, or a folder of them.
SourcePointer open_files(const std::string& path, const SourceOptions& options, const Communicator& communicator);
/// A folder of CIF with id_prop.csv.
SourcePointer open_id_prop(const std::string& path, const SourceOptions& options, const Communicator& communicator);

}  // namespace spinel
