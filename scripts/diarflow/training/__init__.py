"""Training the network that finds speaker changes. Only the jobs that train import TensorFlow."""
