#include "campaign/structure_result.hpp"

#include "core/byte_stream.hpp"

namespace spinel {

namespace {

// Applies `each` to the members that a record holds in turn, so that packing and unpacking cannot differ.
template <class Result, class Each>
void for_each_value(Result& r, Each&& each) {
  each(r.number);
  each(r.name);
  each(r.status);
  each(r.reason);
  each(r.evaluations);
  each(r.seconds);
  each(r.initial_energy);
  each(r.energy);
  each(r.enthalpy);
  each(r.fmax);
  each(r.smax);
  for (auto& component : r.stress) each(component);
  each(r.initial_cell);
  each(r.series.evaluation);
  each(r.series.energy);
  each(r.series.fmax);
  each(r.series.smax);
  each(r.series.volume);
}

template <class Frame, class Each>
void for_each_frame_value(Frame& frame, Each&& each) {
  each(frame.evaluation);
  each(frame.energy);
  each(frame.cell);
  each(frame.position);
  each(frame.force);
}

}  // namespace

std::vector<char> pack(const StructureResult& result) {
  ByteWriter out;
  for_each_value(result, [&out](const auto& value) { out.put(value); });
  put_structure(out, result.structure);
  out.put(static_cast<std::uint64_t>(result.frames.size()));
  for (const StructureFrame& frame : result.frames)
    for_each_frame_value(frame, [&out](const auto& value) { out.put(value); });
  return out.take();
}

StructureResult unpack_result(const std::vector<char>& bytes) {
  ByteReader in(bytes);
  StructureResult result;
  for_each_value(result, [&in](auto& value) { in.get(value); });
  result.structure = get_structure(in);
  for (auto left = in.get<std::uint64_t>(); left > 0; --left)
    for_each_frame_value(result.frames.emplace_back(), [&in](auto& value) { in.get(value); });
  return result;
}

}  // namespace spinel
