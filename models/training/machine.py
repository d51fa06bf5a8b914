"""Devices and precision."""

import contextlib

import torch

from errors import UserError


class Machine:
    """Where and how exactly to compute. Mixed precision is fp16 with scaled gradients on CUDA, bf16 on the CPU."""

    def __init__(self, device, precision, threads):
        if threads > 0:
            torch.set_num_threads(threads)
        cuda = torch.cuda.is_available()
        if device == "cuda" and not cuda:
            raise UserError("--device cuda: PyTorch sees no CUDA device here; use --device cpu")
        self.device = torch.device("cuda" if cuda and device != "cpu" else "cpu")
        on_cuda = self.device.type == "cuda"
        if precision == "fp16" and not on_cuda:
            raise UserError("--precision fp16 needs CUDA; a CPU computes with fp32 or bf16")
        self.precision = ("fp16" if on_cuda else "fp32") if precision == "auto" else precision
        self.scaler = torch.cuda.amp.GradScaler(enabled=self.precision == "fp16")
        torch.backends.cudnn.benchmark = False

    def autocast(self):
        if self.precision == "fp32":
            return contextlib.nullcontext()
        dtype = torch.float16 if self.precision == "fp16" else torch.bfloat16
        return torch.autocast(self.device.type, dtype=dtype)

    def place(self, network):
        return network.to(self.device, memory_format=torch.channels_last)

    def parallel(self, network):
        """All GPUs take part of each batch; the weights stay those of `network`."""
        several = self.device.type == "cuda" and torch.cuda.device_count() > 1
        return torch.nn.DataParallel(network) if several else network

    def __str__(self):
        if self.device.type == "cuda":
            return f"CUDA ({torch.cuda.device_count()} devices), {self.precision}"
        return f"CPU ({torch.get_num_threads()} threads), {self.precision}"
