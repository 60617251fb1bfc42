#include "train/optimizer.hpp"

#include <cmath>

#include "core/error.hpp"

namespace spinel {

template <class T>
Optimizer<T>::Optimizer(const OptimizerSettings& settings, std::size_t size, std::vector<std::uint8_t> decays)
    : settings_(settings), decay_(size), first_(size, T{0}) {
  if (settings.kind != "adamw" && settings.kind != "sgd") fail("there is no optimizer '{}'", settings.kind);
  if (settings.kind == "adamw") second_.assign(size, T{0});
  for (std::size_t i = 0; i < size; ++i) decay_[i] = decays[i] != 0 ? static_cast<T>(settings.weight_decay) : T{0};
}

template <class T>
void Optimizer<T>::step(T* weight, const T* gradient, double rate) {
  ++steps;
  settings_.kind == "adamw" ? adamw(weight, gradient, rate) : sgd(weight, gradient, rate);
}

template <class T>
void Optimizer<T>::adamw(T* weight, const T* gradient, double rate) {
  const auto t = static_cast<double>(steps);
  const T beta1 = static_cast<T>(settings_.beta1), beta2 = static_cast<T>(settings_.beta2);
  const T rest1 = static_cast<T>(1.0 - settings_.beta1), rest2 = static_cast<T>(1.0 - settings_.beta2);
  const T size = static_cast<T>(rate / (1.0 - std::pow(settings_.beta1, t)));
  const T scale = static_cast<T>(1.0 / std::sqrt(1.0 - std::pow(settings_.beta2, t)));
  const T epsilon = static_cast<T>(settings_.epsilon), eta = static_cast<T>(rate);
  T *m = first_.data(), *v = second_.data();
  const T* decay = decay_.data();
  for (std::size_t i = 0, n = first_.size(); i < n; ++i) {
    const T g = gradient[i];
    m[i] = beta1 * m[i] + rest1 * g;
    v[i] = beta2 * v[i] + rest2 * g * g;
    weight[i] = weight[i] * (T{1} - eta * decay[i]) - size * m[i] / (std::sqrt(v[i]) * scale + epsilon);
  }
}

template <class T>
void Optimizer<T>::sgd(T* weight, const T* gradient, double rate) {
  const T momentum = static_cast<T>(settings_.momentum), eta = static_cast<T>(rate);
  T* m = first_.data();
  for (std::size_t i = 0, n = first_.size(); i < n; ++i) {
    const T g = gradient[i] + decay_[i] * weight[i];
    m[i] = momentum * m[i] + g;
    weight[i] -= eta * (settings_.nesterov ? g + momentum * m[i] : m[i]);
  }
}

template <class T>
std::vector<std::vector<T>*> Optimizer<T>::arrays() {
  if (settings_.kind == "sgd") return {&first_};
  return {&first_, &second_};
}

template class Optimizer<float>;
template class Optimizer<double>;

}  // namespace spinel
