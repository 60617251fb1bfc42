#include "run/locate_error.hpp"

#include "input/schema.hpp"

namespace spinel {

std::string locate_message(const KeyPlace& place, const std::string& message) {
  const std::string& file = place.locations->file;
  if (message.rfind(file + ":", 0) == 0) return message;
  std::string named_group = place.group, rest = message;
  if (message.rfind('&', 0) == 0) {  // "&group key: rest" or "&group: rest"
    const auto end = message.find_first_of(" :");
    named_group = message.substr(1, end - 1);
    rest = message.substr(std::min(message.size(), end + 1));
    rest.erase(0, rest.find_first_not_of(' '));
  }
  const Group* known = find_group(named_group);
  const std::string word = rest.substr(0, rest.find_first_of(" :"));
  if (known == nullptr || known->find(word) == nullptr) return place.locations->label(named_group, "") + rest;
  // "key: rest" repeats the label's last word; "key must be …" is a sentence of its own.
  if (rest.compare(word.size(), 2, ": ") == 0) rest.erase(0, word.size() + 2);
  return place.locations->label(named_group, word) + rest;
}

}  // namespace spinel
