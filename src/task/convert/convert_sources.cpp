#include "task/convert/convert_sources.hpp"

#include <algorithm>
#include <filesystem>

#include "core/content_hash.hpp"
#include "core/text.hpp"
#include "crystal/closest_pair.hpp"
#include "crystal/formats/text_file.hpp"
#include "run/setup/read_options.hpp"
#include "source/crystal_chunks.hpp"

namespace spinel {

namespace {

bool holds(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

void keep_properties(const ConvertParameters& parameters, Structure& structure) {
  if (parameters.properties.empty()) return;
  const auto is_kept = [&](const std::string& key) {
    const std::string name = lower_case(key);
    return holds(parameters.properties, key) || holds(dataset_id_keys(), key) || key == parameters.id_key ||
           name == "stress" || name == "virial" || name == "virials";
  };
  for (auto at = structure.info.begin(); at != structure.info.end();)
    at = is_kept(at->first) ? std::next(at) : structure.info.erase(at);
}

std::string id_of(const ConvertParameters& parameters, const Structure& structure, const std::string& fallback_id) {
  if (const auto own = structure.info.find(parameters.id_key); own != structure.info.end()) return own->second;
  for (const std::string& key : dataset_id_keys())
    if (const auto own = structure.info.find(key); own != structure.info.end()) return own->second;
  return fallback_id;
}

}  // namespace

Table<BadRecord> bad_records() {
  Table<BadRecord> t;
  t.column("number", "", "of a record left out, from 0 through all sources", &BadRecord::number);
  t.column("id", "", "of a record left out", &BadRecord::id);
  t.column("reason", "", "why it is left out", &BadRecord::reason);
  return t;
}

ConvertSources::ConvertSources(const RunContext& context, const std::vector<std::string>& paths)
    : parameters_(context.input.convert) {
  SourceOptions options;
  options.read = read_options(parameters_, &parameters_);
  options.read.species = parameters_.species;
  options.read.constraints = false;  // a dataset keeps none
  options.format = parameters_.format;
  options.structure_key = parameters_.structure_key;
  options.id_key = parameters_.id_key;
  options.properties = parameters_.properties;
  options.file_ids = true;
  for (const std::string& path : paths) {
    try {
      sources_.push_back(open_structure_source(path, options, context.world));
    } catch (const InputError& error) {
      context.place("convert").fail("sources", error.what());
    }
    files_.push_back(std::filesystem::path(path).filename().string());
    before_.push_back(before_.back() + sources_.back()->size());
  }
}

std::vector<std::string> ConvertSources::passed_over() const {
  std::vector<std::string> all;
  for (const auto& source : sources_)
    for (const std::string& text : source->passed_over()) all.push_back(text);
  return all;
}

std::int64_t ConvertSources::chunk_size() const { return records_per_chunk(size()); }

std::uint64_t ConvertSources::fingerprint() const {
  Fnv1a hash;
  for (const auto& source : sources_) hash.add_bytes_of(source->fingerprint());
  return hash.value();
}

ConvertedRecords ConvertSources::read(std::int64_t chunk, const std::function<void(double)>& pulse) {
  const std::int64_t first = chunk * chunk_size(), end = std::min(first + chunk_size(), size());
  ConvertedRecords records;
  records.good = DatasetRecords(parameters_.id_key);
  auto source = static_cast<std::size_t>(std::upper_bound(before_.begin(), before_.end(), first) - before_.begin()) - 1;
  for (std::int64_t number = first; number < end; ++number) {
    if (number % 16 == 0) pulse(static_cast<double>(number - first) / static_cast<double>(end - first));
    for (; number == before_[source + 1]; ++source) sources_[source]->close();
    read_one(source, number, records);
  }
  sources_[source]->close();
  return records;
}

void ConvertSources::read_one(std::size_t source, std::int64_t number, ConvertedRecords& records) {
  const std::int64_t i = number - before_[source];
  Structure structure;
  try {
    structure = sources_[source]->read(i);
    check_overlap(structure, parameters_.minimum_distance, files_[source]);
    keep_properties(parameters_, structure);
    if (sources_.size() > 1) structure.info.emplace("source", files_[source]);
    records.good.add(structure, sources_[source]->default_id(i));
    records.warnings.add(structure.warnings, number, sources_[source]->name(i));
  } catch (const InputError& error) {
    records.bad.push_back({number, id_of(parameters_, structure, sources_[source]->default_id(i)), error.what()});
  }
}

}  // namespace spinel
