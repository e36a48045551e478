"""SMORMS3, an optimizer by Simon Funk (2015): squared mean over root mean squared cubed."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="diarflow")
class SMORMS3(keras.optimizers.Optimizer):
    """RMSprop whose memory and rate follow the signal-to-noise ratio of each weight's gradient.

    With r = 1 / (1 + mem), m the mean of g and v the mean of g^2 over that memory, and d = m^2 / (v + epsilon):
    p -= g min(learning_rate, d) / (sqrt(v) + epsilon); mem = 1 + mem (1 - d). mem starts at 1.
    https://sifter.org/~simon/journal/20150420.html
    """

    def __init__(self, learning_rate=0.001, epsilon=1e-16, name="smorms3", **options):
        super().__init__(learning_rate=learning_rate, name=name, **options)
        self.epsilon = epsilon

    def build(self, variables):
        if self.built:
            return
        super().build(variables)
        self._mean, self._square, self._memory = (
            [self.add_variable_from_reference(v, name, initializer=start) for v in variables]
            for name, start in (("mean", "zeros"), ("square", "zeros"), ("memory", "ones"))
        )

    def update_step(self, gradient, variable, learning_rate):
        index = self._get_variable_index(variable)
        mean, square, memory = self._mean[index], self._square[index], self._memory[index]
        g = ops.cast(gradient, variable.dtype)
        r = 1.0 / (1.0 + memory)
        m = (1.0 - r) * mean + r * g
        v = (1.0 - r) * square + r * ops.square(g)
        d = ops.square(m) / (v + self.epsilon)
        rate = ops.minimum(ops.cast(learning_rate, variable.dtype), d)
        self.assign(mean, m)
        self.assign(square, v)
        self.assign(memory, 1.0 + memory * (1.0 - d))
        self.assign_sub(variable, g * rate / (ops.sqrt(v) + self.epsilon))

    def get_config(self):
        return {**super().get_config(), "epsilon": self.epsilon}
