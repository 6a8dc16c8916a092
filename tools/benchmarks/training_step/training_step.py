"""One step: the swapper against its objective, then the discriminator with lazy R1; Adam for both, averaged weights.

As apps/trainer/src/training/training-step.ts, written as one writes it in eager PyTorch: gradients of the swapper alone
in its half, the real images' verdicts used for the loss and for R1, fused Adam, activations scaled rather than weights.
"""

import re

from mfim_golden.discriminator import discriminator_loss
from mfim_golden.layers import modulated_conv, modulated_conv_by_activations
import torch
from torch.optim.swa_utils import get_ema_multi_avg_fn

from .exchange import NETWORKS, SWAPPER
from .objective import Judges, Objective

FORMATS = {"nchw": torch.contiguous_format, "channels-last": torch.channels_last}
FORMS = {"activations": modulated_conv_by_activations, "weights": modulated_conv}
VARIANTS = [f"{layout}-{form}" for layout in FORMATS for form in FORMS]
# The first variant in double precision: nearer to the truth than any side that is timed.
REFERENCE = "float64"
ADAM_EPSILON = 1e-8
# Plain weights of the encoder have a rate of their own; the heads of M2C are equalised, as the generator's.
PLAIN = re.compile(r"encoder/(?!codes\.[^.]+\.heads\.)")
IMAGES_PER_KIMG = 1000
# Longest half-life of the average as a share of the images seen (stylegan2).
RAMP_UP = 0.05


class TrainingStep:
    """Weights, optimisers and average of one variant: a memory layout, and the place where the style goes."""

    def __init__(self, exchange, variant):
        layout, _, form = variant.rpartition("-")
        self.format = FORMATS[layout]
        self.config = exchange.config
        self.objective = Objective(exchange, Judges(exchange, self.laid_out), FORMS[form])
        self.trained = {
            network: {name: value.requires_grad_(True) for name, value in self.laid_out(exchange.of(f"parameter.{network}/")).items()}
            for network in NETWORKS
        }
        self.parameters = {**self.trained, "encoder": self.trained["encoder"] | self.laid_out(exchange.of("buffer.encoder/"))}
        # The swapper's half needs no gradient of the discriminator's weights; these see its updates.
        fixed = {name: value.detach() for name, value in self.trained["discriminator"].items()}
        self.with_fixed_critic = {**self.parameters, "discriminator": fixed}
        self.inputs = self.laid_out(exchange.of("input."))
        self.swapper = {f"{network}/{name}": value for network in SWAPPER for name, value in self.trained[network].items()}
        self.critic = {f"discriminator/{name}": value for name, value in self.trained["discriminator"].items()}
        self.average = {name: value.detach().clone() for name, value in self.swapper.items()}
        rates = self.config["optimiser"]
        plain = [value for name, value in self.swapper.items() if PLAIN.match(name)]
        equalised = [value for name, value in self.swapper.items() if not PLAIN.match(name)]
        self.swapper_adam = self.adam([(plain, rates["encoderRate"]), (equalised, rates["generatorRate"])])
        self.critic_adam = self.adam([(list(self.critic.values()), rates["discriminatorRate"])])

    def laid_out(self, tensors):
        return {name: value.clone(memory_format=self.format) if value.dim() == 4 else value.clone() for name, value in tensors.items()}

    def adam(self, groups):
        rates = self.config["optimiser"]
        settings = {"betas": (float(rates["beta1"]), float(rates["beta2"])), "eps": ADAM_EPSILON, "fused": True}
        optimiser = torch.optim.Adam([{"params": values, "lr": rate} for values, rate in groups], **settings)
        warmup = rates["warmup"]
        schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda updates: min(1, (updates + 1) / warmup) if warmup else 1)
        return optimiser, schedule

    def update(self, adam, parameters, keep):
        """Lets Adam move the parameters by their gradients; these are freed afterwards unless they are kept."""
        optimiser, schedule = adam
        optimiser.step()
        schedule.step()
        if keep is not None:
            keep |= {name: torch.zeros_like(value) if value.grad is None else value.grad for name, value in parameters.items()}
        optimiser.zero_grad(set_to_none=True)

    def parts(self):
        """The batch in as many equal parts as the config says."""
        count = self.config["parts"]
        pieces = {name: value.chunk(count) for name, value in self.inputs.items()}
        return [{name: values[part] for name, values in pieces.items()} for part in range(count)]

    def backward(self, parameters, parts, loss_of):
        """Means over the parts: gradients in `parameters` alone, and terms."""
        terms = {}
        for part in parts:
            total, values = loss_of(part)
            (total / len(parts)).backward(inputs=list(parameters.values()))
            for name, value in values.items():
                terms[name] = terms.get(name, 0) + value.detach() / len(parts)
        return terms

    def update_swapper(self, number, parts, keep):
        swapped = []

        def loss_of(part):
            total, terms, images = self.objective.evaluate(self.with_fixed_critic, part, number)
            swapped.append(images.detach())
            return total, {**terms, "total": total}

        terms = self.backward(self.swapper, parts, loss_of)
        self.update(self.swapper_adam, self.swapper, keep)
        return swapped, terms

    def critic_loss(self, real, fake, penalise):
        weights = self.config["objective"]
        real = real.detach().requires_grad_(penalise)
        verdicts = [self.objective.verdict(self.parameters, image) for image in (real, fake)]
        loss = discriminator_loss(*verdicts)
        terms = {"discriminator": loss, "realLogit": verdicts[0].mean(), "fakeLogit": verdicts[1].mean()}
        if not penalise:
            return loss, terms
        (slopes,) = torch.autograd.grad(verdicts[0].sum(), real, create_graph=True)
        terms["r1"] = weights["r1Gamma"] / 2 * slopes.square().sum(dim=(1, 2, 3)).mean()
        return loss + weights["r1Interval"] * terms["r1"], terms

    def update_critic(self, number, parts, swapped, keep):
        weights = self.config["objective"]
        penalise = weights["r1Gamma"] > 0 and number % weights["r1Interval"] == 0
        pairs = [(part["target"], fake) for part, fake in zip(parts, swapped)]
        terms = self.backward(self.critic, pairs, lambda pair: self.critic_loss(*pair, penalise))
        self.update(self.critic_adam, self.critic, keep)
        return terms

    def update_average(self, number):
        batch = self.config["batch"]
        half_life = min(self.config["optimiser"]["averageHalfLifeKimg"] * IMAGES_PER_KIMG, number * batch * RAMP_UP)
        decay = 0.5 ** (batch / half_life) if half_life > 0 else 0.0
        get_ema_multi_avg_fn(decay)(list(self.average.values()), [value.detach() for value in self.swapper.values()], None)

    def take(self, number, keep=None):
        """Takes step `number` (which decides which terms count); terms as numbers. `keep`: a dictionary for the gradients."""
        parts = self.parts()
        swapped, terms = self.update_swapper(number, parts, keep)
        self.update_average(number)
        if self.objective.is_adversarial(number):
            terms |= self.update_critic(number, parts, swapped, keep)
        return {name: value.item() for name, value in terms.items()}
