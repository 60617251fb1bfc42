#include "task/train/train_jobs.hpp"

#include <fmt/format.h>

namespace spinel {

std::vector<TrainJob> train_jobs(const TrainParameters& p, RunFiles& files) {
  const auto sizes = p.n_train.empty() ? std::vector<std::int64_t>{0} : p.n_train;
  const bool many_sizes = sizes.size() > 1;
  std::vector<TrainJob> jobs;
  for (const std::int64_t n : sizes)
    for (std::int64_t member = 0; member < p.ensemble; ++member) {
      TrainJob job{n, member, many_sizes ? fmt::format("/train/n_{}", n) : "/train", "", "", ""};
      std::string tag;
      if (many_sizes) {
        tag += fmt::format("_n{}", n);
        job.label = fmt::format("{} samples", n);
      }
      if (p.ensemble > 1) {
        tag += fmt::format("_{}", member + 1);
        job.label += fmt::format("{}member {}", job.label.empty() ? "" : ", ", member + 1);
      }
      job.checkpoint = files.add(tag + ".restart.h5");
      job.model = files.add(tag + ".model.h5");
      jobs.push_back(std::move(job));
    }
  return jobs;
}

}  // namespace spinel
