"""Training of the change detector and of the PLDA. Only the jobs that train import TensorFlow."""
