#include "crystal/formats/structure_file.hpp"

#include <filesystem>

#include "crystal/formats/cif/cif.hpp"
#include "crystal/formats/file_name.hpp"
#include "crystal/formats/json/json_records.hpp"
#include "crystal/formats/poscar.hpp"
#include "crystal/formats/xyz/extended_xyz.hpp"

namespace spinel {

namespace {

using Writer = void (*)(const std::string& path, const Structure& structure);

void write_one_xyz(const std::string& path, const Structure& structure) { write_xyz(path, structure); }

Writer writer_of(const std::string& path) {
  const StructureFormat* format = structure_format(path);
  if (format != nullptr && format->read == read_xyz_frame) return write_one_xyz;
  if (format != nullptr && format->read == read_cif_block) return write_cif;
  if (format != nullptr && format->read == read_poscar) return write_poscar;
  fail_input(
      "{}: the format of a structure is recognized by its name: *.xyz, *.extxyz, *.cif, *.vasp, POSCAR*, CONTCAR*, or "
      "one of them with .gz",
      path);
}

constexpr std::uintmax_t small = 1 << 22;  // bytes

}  // namespace

StructureFile::StructureFile(std::string path, const StructureFormat& format)
    : path_(std::move(path)), format_(&format) {
  std::error_code error;
  is_in_memory_ = std::filesystem::file_size(path_, error) < small && !error;
  if (is_in_memory_) text_ = read_text(path_);
  LineReader lines = is_in_memory_ ? LineReader(text_, path_) : LineReader(path_);
  index_ = format_->index(lines);
}

Structure StructureFile::read(std::size_t number, const ReadOptions& options) const {
  const TextPiece& piece = index_.pieces.at(number);
  const auto part = [&] {
    const std::string_view text = std::string_view(text_).substr(static_cast<std::size_t>(piece.offset));
    return LineReader(text.substr(0, static_cast<std::size_t>(piece.size)), path_, piece.lines_before);
  };
  LineReader lines = is_in_memory_ ? part() : LineReader(path_, piece);
  return format_->read(index_.header, lines, options);
}

Structure read_structure(const std::string& path, std::int64_t frame, const ReadOptions& options) {
  if (is_json_name(path)) return read_json_structure(path, frame, options);
  const StructureFormat* format = structure_format(path);
  if (format == nullptr)
    fail_input("{}: the format of a structure is recognized by its name: {}, *.json, *.jsonl, or one of them with .gz",
               path, structure_file_names());
  const StructureFile file(path, *format);
  return file.read(structure_number(*format, path, frame, file.size()), options);
}

void write_structure(const std::string& path, const Structure& structure) { writer_of(path)(path, structure); }

void check_structure_format(const std::string& path) { writer_of(path); }

}  // namespace spinel
