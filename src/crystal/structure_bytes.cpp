#include "crystal/structure_bytes.hpp"

namespace spinel {

void put_structure(ByteWriter& out, const Structure& s) {
  out.put(s.cell);
  for (const bool periodic : s.periodic) out.put(periodic);
  out.put(static_cast<std::uint64_t>(s.species.size()));
  for (const Species& species : s.species) {
    out.put(species.symbol);
    out.put(species.atomic_number);
    out.put(species.mass);
  }
  out.put(s.type);
  out.put(s.position);
  out.put(s.velocity);
  out.put(s.fixed);
  out.put(s.force);
  out.put(static_cast<std::uint64_t>(s.info.size()));
  for (const auto& [key, value] : s.info) {
    out.put(key);
    out.put(value);
  }
}

Structure get_structure(ByteReader& in) {
  Structure s;
  in.get(s.cell);
  for (bool& periodic : s.periodic) in.get(periodic);
  for (auto left = in.get<std::uint64_t>(); left > 0; --left) {
    Species& species = s.species.emplace_back();
    in.get(species.symbol);
    in.get(species.atomic_number);
    in.get(species.mass);
  }
  in.get(s.type);
  in.get(s.position);
  in.get(s.velocity);
  in.get(s.fixed);
  in.get(s.force);
  for (auto left = in.get<std::uint64_t>(); left > 0; --left) {
    std::string key, value;
    in.get(key);
    in.get(value);
    s.info[key] = value;
  }
  return s;
}

std::vector<char> pack(const Structure& structure) {
  ByteWriter out;
  put_structure(out, structure);
  return out.take();
}

Structure unpack_structure(const std::vector<char>& bytes) {
  ByteReader in(bytes);
  return get_structure(in);
}

}  // namespace spinel
