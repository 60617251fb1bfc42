#pragma once

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/error.hpp"
#include "crystal/closest_pair.hpp"
#include "crystal/formats/structure_format.hpp"

/// Whatever the text, the reader of a format returns structures that the rest can take, or throws InputErrors that name
/// it, however it is to read.
inline void fuzz_structures(const char* format_key, const std::uint8_t* data, std::size_t size) {
  using namespace spinel;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const StructureFormat& format = *structure_format_named(format_key);
  ReadOptions labels, lenient, ordered;
  labels.allow_labels = true;
  labels.species = {"Si", "O"};
  lenient.trust = Trust::sites;
  lenient.disorder = Disorder::majority;
  lenient.type_map = {{"1", "Si"}, {"2", "O"}};
  ordered.trust = Trust::formula;
  ordered.disorder = Disorder::order;
  for (const ReadOptions& options : {ReadOptions(), labels, lenient, ordered})
    for (const std::int64_t frame : {-1, 0, 1}) {
      try {
        const Structure s = parse_structure(format, text, "fuzz", frame, options);
        const auto fits = [&](std::size_t n) { return n == 0 || n == s.size(); };
        const bool whole = s.size() > 0 && s.type.size() == s.size() && fits(s.velocity.size()) &&
                           fits(s.force.size()) && fits(s.fixed.size()) && fits(s.magnetic_moment.size()) &&
                           fits(s.charge.size());
        if (!whole || !(s.volume() > 0.0) || s.formula().empty() || !(closest_pair(s).distance >= 0.0)) std::abort();
      } catch (const InputError& error) {
        if (std::string_view(error.what()).substr(0, 4) != "fuzz") std::abort();
      }
    }
}
