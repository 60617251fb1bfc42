#include "input/groups/group_builder.hpp"

namespace spinel {

void add_train(std::vector<Group>& groups) {
  using P = TrainParameters;
  GroupBuilder<P> g(groups, "train", &Input::train,
                    "How a network is trained: by every rank on a shard of every batch.", {"train"});
  g.key("epochs", &P::epochs, "passes over the training part")
      .in("epochs")
      .between(1, 10000000)
      .required()
      .may_change();
  g.key("batch_size", &P::batch_size, "samples of a batch, over all ranks").between(1, 100000000);
  g.key("n_train", &P::n_train,
        "number of samples to train on, of the training part; several numbers: one training each (a learning curve)")
      .length(1, 100)
      .at_least(1)
      .if_empty("the whole part");
  g.key("ensemble", &P::ensemble,
        "networks trained with other initial weights and orders of samples, in &parallel pools or in turn")
      .between(1, 10000)
      .may_change();
  g.key("loss", &P::loss,
        "measure of errors that training makes smaller: 'l1', 'l2', 'huber' for numbers, 'cross_entropy' for classes; "
        "'auto': l1, of a potential huber, of classes cross_entropy")
      .one_of({"auto", "l1", "l2", "huber", "cross_entropy"});
  g.key("huber_delta", &P::huber_delta,
        "error from which huber is linear, in standard deviations of the target where that is normalized; of a "
        "potential in eV/atom, eV/Å and eV/Å³")
      .above(0)
      .of("loss", {"huber"});
  g.key("energy_weight", &P::energy_weight,
        "weight of the energy per atom (eV/atom) in the loss of a potential; two values: at the first and at the last "
        "epoch")
      .length(1, 2)
      .at_least(0);
  g.key(
       "force_weight", &P::force_weight,
       "weight of the components of forces (eV/Å) in the loss of a potential; two values: at the first and at the last "
       "epoch")
      .length(1, 2)
      .at_least(0);
  g.key("stress_weight", &P::stress_weight,
        "weight of the components of stresses (eV/Å³) in the loss of a potential; two values: at the first and at the "
        "last epoch")
      .length(1, 2)
      .at_least(0);
  g.key("coordinate_weight", &P::coordinate_weight,
        "weight of the mean squared error of fractional velocities or scores in the loss of a generator")
      .at_least(0);
  g.key("cell_weight", &P::cell_weight, "weight of the mean squared error of the cell in the loss of a generator")
      .at_least(0);
  g.key("species_weight", &P::species_weight, "weight of the cross entropy of species in the loss of a generator")
      .at_least(0);
  g.key("condition_dropout", &P::condition_dropout,
        "share of the crystals whose conditions, or latent vectors, a generator is not shown, so that it also learns "
        "to do "
        "without")
      .between(0, 1);
  g.key("kl_weight", &P::kl_weight, "weight of the Kullback-Leibler divergence of latent vectors of a crystal_vae")
      .at_least(0);
  g.key("free_bits", &P::free_bits, "divergence of each dimension of a latent vector, in nats, that costs nothing")
      .at_least(0);
  g.key("kl_warm_up", &P::kl_warm_up, "epochs in which kl_weight rises from zero").in("epochs").at_least(0);
  g.key("head_weight", &P::head_weight,
        "weight of what latent vectors of a crystal_vae say of number of atoms, composition and cell")
      .at_least(0);
  g.key("property_weight", &P::property_weight, "weight of what latent vectors of a crystal_vae say of properties")
      .at_least(0);
  g.key("objective", &P::objective,
        "what a cnf learns by: 'flow_matching', the velocities of straight ways from noise to data; or the "
        "'likelihood' of the data through the solver")
      .one_of({"flow_matching", "likelihood"});
  g.key("trace", &P::trace,
        "divergence of a cnf in training by likelihood: 'exact', or by 'hutchinson' with one random vector a sample")
      .one_of({"exact", "hutchinson"})
      .of("objective", {"likelihood"});
  g.key("tolerance", &P::tolerance, "absolute and relative error of a step of the solver in training by likelihood")
      .between(1e-12, 0.1)
      .of("objective", {"likelihood"});
  g.key("weight_schedule", &P::weight_schedule,
        "way in which the weights of energies, forces and stresses go from their first value to the second")
      .one_of({"linear", "step"});
  g.key("weight_step", &P::weight_step,
        "share of the epochs after which weight_schedule = 'step' takes the second weights")
      .between(0, 1);
  g.key("precision", &P::precision, "precision of the arithmetic in which a potential is trained")
      .one_of({"single", "double"});
  g.key("normalize", &P::normalize,
        "normalization: the network learns the target less its mean, over its standard deviation");
  g.key("element_references", &P::element_references,
        "references of elements by least squares: the network learns what is left of the target when their sum over "
        "the atoms, or their mean where the target is per atom, is taken off");
  g.key("optimizer", &P::optimizer, "rule of a step: 'adamw', or 'sgd' with momentum").one_of({"adamw", "sgd"});
  g.key("learning_rate", &P::learning_rate, "highest learning rate").above(0).may_change();
  g.key("weight_decay", &P::weight_decay, "decay of all weights but biases and scales, per step and learning rate")
      .at_least(0)
      .may_change();
  g.key("betas", &P::betas, "memory for the gradient and its square")
      .length(2)
      .between(0, 1)
      .of("optimizer", {"adamw"});
  g.key("epsilon", &P::epsilon, "number added to the root of the mean square of the gradient")
      .above(0)
      .of("optimizer", {"adamw"});
  g.key("momentum", &P::momentum, "share of the last step that a step keeps").between(0, 1).of("optimizer", {"sgd"});
  g.key("nesterov", &P::nesterov, "steps that look ahead by their momentum").of("optimizer", {"sgd"});
  g.key("schedule", &P::schedule, "way of the learning rate: 'cosine' falls to the minimum at the last epoch")
      .one_of({"constant", "cosine", "step", "plateau"})
      .may_change();
  g.key("minimum_learning_rate", &P::minimum_learning_rate, "lowest learning rate of a schedule")
      .at_least(0)
      .may_change();
  g.key("decay_factor", &P::decay_factor,
        "factor by which the schedules 'step' and 'plateau' multiply the learning rate")
      .between(0, 1)
      .may_change();
  g.key("decay_epochs", &P::decay_epochs, "epochs after which the learning rate is multiplied by decay_factor")
      .in("epochs")
      .length(1, 1000)
      .at_least(1)
      .if_empty("none")
      .of("schedule", {"step"})
      .may_change();
  g.key("patience", &P::patience,
        "epochs without a better validation after which the learning rate is multiplied by decay_factor")
      .in("epochs")
      .at_least(0)
      .of("schedule", {"plateau"})
      .may_change();
  g.key("warm_up", &P::warm_up, "epochs in which the learning rate rises from zero")
      .in("epochs")
      .at_least(0)
      .may_change();
  g.key("clip_norm", &P::clip_norm, "norm to which longer gradients are shortened")
      .above(0)
      .unless(0, "none")
      .may_change();
  g.key("average_decay", &P::average_decay,
        "share that the moving average of the weights keeps in a step; the average is what is validated and kept")
      .between(0, 0.999999)
      .unless(0, "no average");
  g.key("early_stopping", &P::early_stopping, "epochs without a better validation after which the training ends")
      .in("epochs")
      .above(0)
      .unless(0, "never")
      .may_change();
  g.key("checkpoint_every", &P::checkpoint_every, "epochs between checkpoints")
      .in("epochs")
      .above(0)
      .unless(0, "only at the end, by &output checkpoint_seconds and on signals")
      .may_change_silently();
  g.key("bucket_size", &P::bucket_size, "size of the messages by which gradients are summed over ranks")
      .in("KB")
      .between(1, 1048576)
      .may_change_silently();
}

}  // namespace spinel
