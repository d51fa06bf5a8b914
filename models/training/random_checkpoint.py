"""Writes a checkpoint of the paper's topology with random weights: it costs what a trained one costs.

    python3 models/training/random_checkpoint.py --out random.pth.tar
"""

import argparse

import torch

from network import build_network


def random_network(classes, width, seed):
    """Normalisation statistics are random too, so that folding them wrongly would show."""
    torch.manual_seed(seed)
    network = build_network(classes, width).eval()
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(module.weight, 0.3, 0.9)
            torch.nn.init.normal_(module.bias, 0, 0.1)
            torch.nn.init.normal_(module.running_mean, 0, 0.1)
            torch.nn.init.uniform_(module.running_var, 0.5, 1.5)
    return network


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", required=True)
    parser.add_argument("--classes", type=int, default=11)
    parser.add_argument("--width", type=int, default=64, help="stem channels; 64 is the paper's")
    parser.add_argument("--seed", type=int, default=42)
    arguments = parser.parse_args()
    network = random_network(arguments.classes, arguments.width, arguments.seed)
    torch.save({f"module.{name}": value for name, value in network.state_dict().items()}, arguments.out)


if __name__ == "__main__":
    main()
