"""Technologies of known fate: the laws of motion on costs of other technologies, a reference class for prices of inference."""
