#include "network/halo_exchange.hpp"

#include <torch/csrc/autograd/custom_function.h>
#include <torch/types.h>

namespace spinel {

namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

template <class Real>
void forward_rows(Halo& halo, Tensor& rows) {
  halo.forward(rows.data_ptr<Real>(), static_cast<int>(rows.size(1)));
}
template <class Real>
void reverse_rows(Halo& halo, Tensor& rows) {
  halo.reverse_add(rows.data_ptr<Real>(), static_cast<int>(rows.size(1)));
}

Tensor copy_to_ghosts(const Tensor& owned, HaloExchange& exchange) {
  Tensor all = torch::empty({exchange.n_all, owned.size(1)}, owned.options().device(torch::kCPU));
  all.narrow(0, 0, exchange.n_owned).copy_(owned);
  owned.scalar_type() == torch::kDouble ? forward_rows<double>(exchange.halo, all)
                                        : forward_rows<float>(exchange.halo, all);
  return all.to(owned.device());
}

Tensor add_to_owners(const Tensor& all, HaloExchange& exchange) {
  Tensor rows = torch::empty(all.sizes(), all.options().device(torch::kCPU));
  rows.copy_(all);
  all.scalar_type() == torch::kDouble ? reverse_rows<double>(exchange.halo, rows)
                                      : reverse_rows<float>(exchange.halo, rows);
  return rows.narrow(0, 0, exchange.n_owned).to(all.device());
}

HaloExchangePtr kept(AutogradContext* context) {
  return c10::static_intrusive_pointer_cast<HaloExchange>(context->saved_data["exchange"].toCapsule());
}

struct ToGhosts : torch::autograd::Function<ToGhosts> {
  static Tensor forward(AutogradContext* context, const Tensor& owned, const HaloExchangePtr& exchange) {
    context->saved_data["exchange"] = c10::IValue::make_capsule(exchange);
    return copy_to_ghosts(owned, *exchange);
  }
  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    return {to_owners(gradients[0], kept(context)), Tensor()};
  }
};

struct ToOwners : torch::autograd::Function<ToOwners> {
  static Tensor forward(AutogradContext* context, const Tensor& all, const HaloExchangePtr& exchange) {
    context->saved_data["exchange"] = c10::IValue::make_capsule(exchange);
    return add_to_owners(all, *exchange);
  }
  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    return {to_ghosts(gradients[0], kept(context)), Tensor()};
  }
};

}  // namespace

Tensor to_ghosts(const Tensor& owned, const HaloExchangePtr& exchange) {
  return exchange ? ToGhosts::apply(owned, exchange) : owned;
}
Tensor to_owners(const Tensor& all, const HaloExchangePtr& exchange) {
  return exchange ? ToOwners::apply(all, exchange) : all;
}

}  // namespace spinel
