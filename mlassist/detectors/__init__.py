"""Pure: detector designs, backbones, starting weights, head transfer, the choice for a job."""
