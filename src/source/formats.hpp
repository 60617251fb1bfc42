#pragma once

// Private to source: one class a format, made by open_structure_source().
#include <memory>
#include <string>

#include "crystal/formats/structure_format.hpp"
#include "source/structure_source.hpp"

namespace spinel {

using SourcePointer = std::shared_ptr<StructureSource>;

// All collective, with the errors of open_structure_source().
/// A file of a text format (structure_format()).
SourcePointer open_text(const std::string& path, const SourceOptions& options, const Communicator& communicator);
SourcePointer open_json(const std::string& path, const SourceOptions& options, const Communicator& communicator);
SourcePointer open_csv(const std::string& path, const SourceOptions& options, const Communicator& communicator);
SourcePointer open_dataset_list(const std::string& path, const SourceOptions& options,
                                const Communicator& communicator);
/// A folder of structure files.
SourcePointer open_folder(const std::string& path, const SourceOptions& options, const Communicator& communicator);
/// A folder of CIF with id_prop.csv.
SourcePointer open_id_prop(const std::string& path, const SourceOptions& options, const Communicator& communicator);

/// The identifier of record i of a file that has `size` of them: its name, that of the file where it is alone, else
/// "set-12".
std::string name_of_record(const std::string& path, const StructureFormat& format,
                           const std::vector<std::string>& names, std::int64_t size, std::int64_t i);
/// "set: 2 passed over, <why>: c.pdb, notes.txt".
std::string sentence_of_files(const std::string& folder, std::vector<std::string> names, const char* why);
/// Gives a record that identifier, where its format has none of its own.
void name_record(Structure& structure, const StructureFormat& format, const std::string& id);

}  // namespace spinel
