#include "task/query/query.hpp"

#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "campaign/campaign.hpp"
#include "core/progress.hpp"
#include "core/provenance.hpp"
#include "core/text.hpp"
#include "io/dataset/dataset.hpp"
#include "io/dataset/dataset_file.hpp"
#include "parallel/on_root.hpp"
#include "run/report_dataset.hpp"
#include "run/report_warnings.hpp"
#include "run/result_common.hpp"
#include "run/run_control.hpp"
#include "run/run_files.hpp"
#include "run/run_report.hpp"
#include "task/query/query_plan.hpp"
#include "task/query/query_records.hpp"

namespace spinel {

namespace {

namespace fs = std::filesystem;

std::string output_path(const Input& input) {
  if (!input.query.output.empty()) return input.query.output;
  return (fs::path(input.control.outdir) / (input.control.prefix + ".dataset.h5")).string();
}

std::string cache_path(const Input& input) {
  if (!input.query.cache.empty()) return input.query.cache;
  return (fs::path(input.control.outdir) / (input.control.prefix + ".pages")).string();
}

/// On rank 0. Whether the dataset can be written; a default output is in outdir, which the run makes.
void check_output(const RunContext& context) {
  if (context.input.query.output.empty()) return;
  const std::string path = context.input.query.output;
  fs::path folder = fs::path(path).parent_path();
  if (folder.empty()) folder = ".";
  const auto wrong = [&](const std::string& what) { fail_key(context.input, "query", "output", what); };
  if (!is_dataset_name(path)) wrong(fmt::format("'{}' must end in .h5", path));
  if (!fs::is_directory(folder)) wrong(fmt::format("there is no folder {}", folder.string()));
  if (access(folder.c_str(), W_OK | X_OK) != 0) wrong(fmt::format("the folder {} is not writable", folder.string()));
  if (fs::is_directory(path)) wrong(fmt::format("{} is a folder", path));
  if (fs::path(path).lexically_normal() == fs::path(RunFiles(context).result).lexically_normal())
    wrong("is the result file of this run; choose another name");
}

/// One line of the log: a list of thousands of ids is not shown whole.
std::string shortened(const std::string& text) {
  constexpr std::size_t longest = 200;
  return text.size() <= longest ? text : text.substr(0, text.rfind(',', longest)) + ", …";
}

/// What rank 0 brings home.
struct Answer {
  bool is_complete = false;
  std::string stop_reason;
  DatabaseInfo info;
  QueryRecords records;
  std::int64_t n_total = -1, n_kept = 0, n_received = 0, n_requests = 0, n_retries = 0;
};

/// On rank 0: speaks to the server.
class Conversation {
 public:
  Conversation(const RunContext& context, const QueryParameters& query, const Database& database,
               const std::string& key)
      : context_(context),
        query_(query),
        database_(database),
        control_(context.input.control, context.input.output, true),
        client_({database.key_header(), key, query.timeout}),
        fetcher_(client_, {query.retries, query.retry_wait}, query.requests, database.url(), !key.empty(),
                 [this](const std::string& text) { note(text); }) {}

  Answer ask() {
    try {
      talk();
    } catch (const DatabaseError& error) {
      std::string kept;
      if (n_pages() > 0)
        kept = fmt::format(
            " The pages that came, {} of them, are kept in {}: with restart_mode = 'auto' only the "
            "others are asked for.",
            grouped(n_pages()), cache_path(context_.input));
      const std::string text = std::string(error.what()) + "." + kept;
      if (error.key().empty()) fail("{}: {}", database_.url(), text);
      fail_key(context_.input, "query", error.key() == "filter" ? key_of_query() : error.key(),
               fmt::format("{}: {}", database_.url(), text));
    }
    answer_.n_requests = fetcher_.n_requests();
    answer_.n_retries = fetcher_.n_retries();
    return std::move(answer_);
  }

 private:
  /// The key that makes most of what was asked.
  std::string key_of_query() const {
    for (const char* key : {"filter", "ids", "formula", "chemical_system"})
      if (context_.input.locations.line.count({"query", key}) > 0) return key;
    return "database";
  }
  std::int64_t n_pages() const { return answer_.n_kept + answer_.n_received; }

  void note(const std::string& text) {
    constexpr std::int64_t shown = 20;
    if (++n_notes_ < shown) echo_line(context_.log, "NOTE", text);
    if (n_notes_ == shown) echo_line(context_.log, "NOTE", "… further tries are counted, but not shown");
  }

  bool stop() {
    const auto request = control_.interpret(control_.flag());
    if (request.stop) answer_.stop_reason = request.reason;
    return request.stop;
  }

  /// What the database says of itself; false where the run is to stop.
  bool introduce() {
    fetcher_.add("what the database is", database_.info_url(), [&](const std::string& body) -> std::string {
      try {
        answer_.info = database_.read_info(body);
      } catch (const InputError& error) {
        return fmt::format("the reply cannot be understood: {}", error.what());
      }
      return "";
    });
    return fetcher_.run([&] { return stop(); });
  }

  PageStore store_for(const Database& database) {
    std::string description = fmt::format("{}\nversion: {}\n", database.url(), answer_.info.version);
    for (const std::string& url : database.first_pages()) description += url + "\n";
    return PageStore(cache_path(context_.input), std::move(description));
  }

  /// False where the run is to stop.
  bool download(Download& pages) {
    const std::int64_t kept = answer_.n_kept, received = answer_.n_received;
    const auto count = [&] {
      answer_.n_kept = kept + pages.n_kept();
      answer_.n_received = received + pages.n_received();
    };
    try {
      const bool is_complete = pages.run([&] { return stop(); });
      count();
      return is_complete;
    } catch (...) {
      count();
      throw;
    }
  }

  std::function<void(std::int64_t, std::int64_t)> progress_of(const char* things) {
    return [this, things](std::int64_t n, std::int64_t total) {
      const std::int64_t all = query_.max_structures > 0 ? std::min(total, query_.max_structures) : total;
      if (all <= 0) return context_.log.live(fmt::format("{} {}", grouped(n), things));
      if (!progress_ || all != progress_total_) progress_.emplace(context_.log, things, n, progress_total_ = all);
      progress_->update(std::min(n, all));
    };
  }

  void talk() {
    if (!introduce()) return;
    Log& log = context_.log;
    echo_line(log, "database", fmt::format("{}, version {}", answer_.info.name, answer_.info.version));
    PageStore store = store_for(database_);
    if (store.has_others() && !store.has(0, 0))
      echo_line(log, "NOTE",
                fmt::format("{} also holds pages of other queries or versions, which are not used",
                            cache_path(context_.input)));
    const std::string& mode = context_.input.control.restart_mode;
    if (mode == "from_scratch") store.clear();
    if (mode == "restart" && !store.has(0, 0))
      fail_key(
          context_.input, "control", "restart_mode",
          fmt::format("'restart', but there are no pages of this query in {}; use 'auto' to begin anew where there "
                      "are none",
                      store.folder()));
    Download pages(database_, store, fetcher_, query_.max_structures, progress_of("entries"));
    const bool has_all = download(pages);
    progress_.reset();
    answer_.n_total = pages.total();
    if (!has_all) return;
    if (pages.total_changed())
      echo_line(log, "WARNING",
                "the number of entries changed while they were asked for; some may be missing. Ask again with "
                "restart_mode = 'from_scratch'");
    const QueryPages all(database_, store, pages);
    std::optional<ThermoValues> thermo;
    if (query_.thermo_type != "default") {
      thermo = ask_thermo(ids_of_pages(all, query_.max_structures), mode == "from_scratch");
      if (!thermo) return;
    }
    answer_.records = read_records(all, query_, thermo ? &*thermo : nullptr);
    if (const std::int64_t n = answer_.records.n_entries;
        query_.max_structures == 0 && answer_.n_total >= 0 && n != answer_.n_total)
      echo_line(log, "WARNING", fmt::format("the server counts {} entries, and {} came", answer_.n_total, n));
    answer_.is_complete = true;
  }

  /// Nothing where the run is to stop.
  std::optional<ThermoValues> ask_thermo(const std::vector<std::string>& ids, bool anew) {
    if (ids.empty()) return ThermoValues();
    const auto database = materials_project_thermo(query_, database_.url(), ids);
    PageStore store = store_for(*database);
    if (anew) store.clear();
    Download pages(*database, store, fetcher_, 0, progress_of("energies"));
    const bool has_all = download(pages);
    progress_.reset();
    if (!has_all) return std::nullopt;
    return thermo_values(QueryPages(*database, store, pages));
  }

  const RunContext& context_;
  const QueryParameters& query_;
  const Database& database_;
  RunControl control_;
  HttpClient client_;
  Fetcher fetcher_;
  std::optional<Progress> progress_;
  std::int64_t progress_total_ = 0, n_notes_ = 0;
  Answer answer_;
};

/// How many entries are left out for which kind of reason, and the first of each.
void report_left_out(Log& log, const std::vector<LeftOut>& rows) {
  std::map<std::string, std::pair<std::int64_t, const LeftOut*>> kinds;
  for (const LeftOut& row : rows) {
    auto& [count, first] = kinds[row.kind];
    if (++count == 1) first = &row;
  }
  for (const auto& [kind, found] : kinds)
    echo_line(
        log, "left out",
        fmt::format("{} entries, {}: {}: {}", grouped(found.first), kind, found.second->id, found.second->reason));
}

/// What energies of the Materials Project are.
std::string energies_text(const QueryParameters& query) {
  if (query.database == "optimade") return "as the provider defines its own fields (its /info/structures)";
  return fmt::format(
      "of calculations of the Materials Project, thermo_type {}: uncorrected_energy_per_atom as computed; "
      "corrected_energy_per_atom, formation_energy_per_atom and energy_above_hull with its corrections "
      "(MaterialsProject2020Compatibility), not to be mixed with energies of other programs or settings",
      query.thermo_type);
}

std::map<std::string, std::string> notes_of(const RunContext& context, const QueryParameters& query,
                                            const Database& database, const Answer& answer) {
  const auto first = database.first_pages();
  const auto stated = [](const std::string& text) { return text.empty() ? std::string("not stated") : text; };
  return {{"database", answer.info.name},
          {"database_version", answer.info.version},
          {"url", database.url()},
          {"query", fmt::format("{}", fmt::join(conditions_of(context), "\n"))},
          {"request", first[0] + (first.size() > 1 ? fmt::format(" (and {} more)", first.size() - 1) : "")},
          {"queried", date_text().substr(0, 10)},
          {"license", stated(answer.info.license)},
          {"citation", stated(answer.info.citation)},
          {"energies", energies_text(query)},
          {"left_out", fmt::format("{}", answer.records.left_out.size())},
          {"spinel_version", provenance().version},
          {"title", context.input.control.title},
          {"namelist", echo(context.input)}};
}

void write_results(ResultFile& result, const Answer& answer, const Dataset& data, const std::string& output) {
  result.write_text("/query/dataset", output);
  result.write_text("/query/hash", data.hash());
  result.write_text("/query/database", answer.info.name);
  result.write_text("/query/database_version", answer.info.version);
  result.write_text("/query/license", answer.info.license);
  result.write("/query/n_entries", answer.records.n_entries, {"", "that came"});
  result.write("/query/n_counted", answer.n_total, {"", "entries as the server counts them; -1: it does not"});
  result.write("/query/n_structures", data.n_structures(), {"", "in the dataset"});
  result.write("/query/n_atoms", data.n_atoms(), {"", "in the dataset"});
  result.write("/query/n_pages", answer.n_kept + answer.n_received, {"", "of entries and energies"});
  result.write("/query/n_pages_kept", answer.n_kept, {"", "from an earlier run"});
  result.write("/query/n_requests", answer.n_requests, {"", "of this run"});
  result.write("/query/n_retries", answer.n_retries, {"", "of this run"});
  left_out_table().write(result, "/query/left_out", answer.records.left_out);
  write_warnings(result, "/query/warning", answer.records.warnings);
}

}  // namespace

void check_query(const RunContext& context) {
  const QueryParameters query = database_query(context);
  const auto database = open_database(context, query);
  on_root(context.world, [&] {
    check_output(context);
    database_key(context, *database);
  });
}

bool run_query(const RunContext& context) {
  const auto& [world, input, units, log] = context;
  const QueryParameters query = database_query(context);
  const auto database = open_database(context, query);
  RunFiles files(context);
  std::string key;
  on_root(world, [&] {
    check_output(context);
    key = database_key(context, *database);
  });
  report_start(context);
  const double start = Progress::steady_seconds();
  echo_line(log, "server", database->url());
  const auto conditions = conditions_of(context);
  for (std::size_t k = 0; k < conditions.size(); ++k) echo_line(log, k == 0 ? "query" : "", shortened(conditions[k]));

  Answer answer;
  try {
    on_root(world, [&] {
      files.make_folder();
      answer = Conversation(context, query, *database, key).ask();
      const auto n_left_out = static_cast<std::int64_t>(answer.records.left_out.size());
      if (!answer.is_complete) return;
      if (answer.records.n_entries == 0)
        fail_key(input, "query", "database", "no entry of the database fits the query; nothing is written");
      report_left_out(log, answer.records.left_out);
      if (n_left_out == answer.records.n_entries)
        fail_key(input, "query", "database",
                 fmt::format("none of the {} entries can be used; nothing is written: {}: {}", n_left_out,
                             answer.records.left_out[0].id, answer.records.left_out[0].reason));
    });
  } catch (const Error&) {
    std::error_code is_in_use;
    if (world.is_root()) fs::remove(files.folder, is_in_use);  // where this run made it, nothing is in it
    throw;
  }
  if (!root_says(world, [&] { return answer.is_complete; })) {
    log.print("\nStopped by {} with {} pages of the query in {}; continue with restart_mode = 'auto'",
              answer.stop_reason, grouped(answer.n_kept + answer.n_received), cache_path(input));
    return false;
  }
  if (world.is_root())
    echo_line(log, "entries",
              fmt::format("{} came, {} of them in the dataset, {} left out", grouped(answer.records.n_entries),
                          grouped(answer.records.good.n_structures()),
                          grouped(static_cast<std::int64_t>(answer.records.left_out.size()))));
  report_warnings(log, answer.records.warnings, "entries");
  on_root(world, [&] { files.keep_old(); });
  const std::string output = output_path(input);
  std::map<std::string, std::string> notes;
  if (world.is_root()) notes = notes_of(context, query, *database, answer);
  write_dataset(output, std::move(answer.records.good), {}, notes, world);
  const Dataset data(output, world);
  report_dataset(log, data);
  const double seconds = Progress::steady_seconds() - start;

  ResultFile result(world, files.result);
  write_header(result, context, true);
  if (world.is_root()) {
    write_results(result, answer, data, output);
    result.write("/timing/wall", seconds, {"s", ""});
  }
  result.save();
  echo_line(log, "pages",
            fmt::format("{} from the server, {} kept from before, {} tries again", grouped(answer.n_received),
                        grouped(answer.n_kept), grouped(answer.n_retries)));
  echo_line(log, "license", answer.info.license.empty() ? "not stated by the server" : answer.info.license);
  echo_line(log, "time", human_duration(seconds));
  echo_line(log, "written", fmt::format("{} (hash {})", output, data.hash()));
  log.print("\nComplete: {}", files.result);
  return true;
}

}  // namespace spinel
