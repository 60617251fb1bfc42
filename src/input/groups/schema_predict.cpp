#include "input/groups/group_builder.hpp"

namespace spinel {

void add_predict(std::vector<Group>& groups) {
  using P = PredictParameters;
  GroupBuilder<P> g(groups, "predict", &Input::predict, "Properties of crystals by trained networks.", {"predict"});
  g.key("models", &P::models, "model files (doc/models.md); several of the same property are an ensemble")
      .length(1, 1000)
      .required();
  g.key("structures", &P::structures, "list of crystals: a file or folder of any kind in doc/datasets.md").required();
  add_read_keys(g);
  g.key("target", &P::target, "number of the structures that the predictions are compared with").if_empty("none");
  g.key("strict", &P::strict, "end of the run at a structure that cannot be read or predicted; else it is reported")
      .may_change();
  g.key("csv", &P::csv, "predictions also as CSV: <prefix>_predictions.csv").may_change();
}

}  // namespace spinel
