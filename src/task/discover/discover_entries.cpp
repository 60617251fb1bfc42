#include "task/discover/discover_entries.hpp"

#include "parallel/on_root.hpp"
#include "run/setup/find_file.hpp"
#include "stability/entries/entry_bytes.hpp"
#include "stability/entries/entry_file.hpp"

namespace spinel {

EntryList shared_entries(const RunContext& context, const char* key, const std::vector<std::string>& paths) {
  const DiscoverParameters& p = context.input.discover;
  const KeyPlace place = context.place("discover");
  std::vector<char> bytes;
  on_root(context.world, [&] {
    EntryFileOptions options;
    options.energy_key = p.energy_key;
    options.energy_kind = p.energy_kind;
    std::vector<std::string> found;
    for (const std::string& path : paths) found.push_back(find_file(place, key, path));
    EntryList list;
    try {
      list = read_entries(found, options);
    } catch (const InputError& error) {
      place.fail(key, error.what());
    }
    ByteWriter out;
    out.put(list.kind);
    out.put(list.entries);
    out.put(list.left_out);
    bytes = out.take();
  });
  context.world.broadcast(bytes);
  ByteReader in(bytes);
  EntryList list;
  in.get(list.kind);
  in.get(list.entries);
  in.get(list.left_out);
  return list;
}

}  // namespace spinel
