"""Does what the reference system does for a frame, in PyTorch and OpenCV, and says how long it takes.

    python3 models/training/reference_work.py --checkpoint gc-d.pth.tar --pictures frames --classes-present 3

Written from the paper (Pang et al. 2022, RA-L 7(4)) and the published system's behaviour: one forward pass for the
scores; for every present class a forward and a backward pass (Grad-CAM by hooks), the heatmap scaled and resized, its
boxes; three partial forward passes for the feature maps layer2, layer3, layer4; then the region features.

One JSON line a turn on standard output: frames, present classes a frame, and milliseconds a frame by stage, mean and
median. `--turns` keeps the process and does a turn for every line of standard input, so that another program can be
measured in between; a line is {"classIds": [...], "frames": n, "out": folder or null}. `--out` writes what was
computed, for comparison.
"""

import argparse
import json
import os
import statistics
import sys
import time

import cv2
import numpy as np
import torch
from PIL import Image

from network import MEAN, STD
from reference_features import localization_aided, single_pass
from reference_network import load_network

MIN_BOX_AREA = 25


class Explainer:
    """Grad-CAM of layer4 by hooks. `whole`: loss.backward() through the whole network, as the reference does;
    otherwise the gradient is taken by the activation alone, the least that PyTorch can do."""

    def __init__(self, network, whole):
        self.network, self.whole = network, whole
        self.activation = self.gradient = None
        network.layer4.register_forward_hook(self._keep)

    def _keep(self, _module, _inputs, output):
        self.activation = output
        if output.requires_grad:
            output.register_hook(self._keep_gradient)

    def _keep_gradient(self, gradient):
        self.gradient = gradient

    def heatmap(self, frame, class_id):
        """[h, w] in [0, 1] on the feature map's own grid."""
        logit = self.network(frame)[0, class_id]
        if self.whole:
            self.network.zero_grad()
            logit.backward()
        else:
            (self.gradient,) = torch.autograd.grad(logit, self.activation)
        weights = self.gradient[0].mean((1, 2)).numpy()
        activation = self.activation[0].detach().numpy()
        return scaled(np.maximum((weights[:, None, None] * activation).sum(0), 0))


def scaled(heatmap):
    heatmap = heatmap - heatmap.min()
    return heatmap / (1e-7 + heatmap.max())


def full_size(heatmap, width, height):
    """[H, W]; scaled again, for resizing lowers the maximum."""
    return scaled(cv2.resize(heatmap, (width, height)))


def boxes_of(heatmap, threshold):
    """[x1, y1, x2, y2, confidence] of every contour, holes included, of more than 25 pixels."""
    binary = (heatmap > threshold).astype(np.uint8)
    contours, _ = cv2.findContours(binary, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    boxes = []
    for x, y, width, height in map(cv2.boundingRect, contours):
        if width * height > MIN_BOX_AREA:
            boxes.append([x, y, x + width, y + height, float(heatmap[y : y + height, x : x + width].mean())])
    return boxes


def partial_forward(network, frame, last):
    """The output of the layer named `last`, from a forward pass that ends there."""
    for name, module in network.named_children():
        frame = module(frame)
        if name == last:
            return frame
    raise ValueError(f"the network has no {last}")


class Stopwatch:
    """Milliseconds of every stage of every frame, and of the processor's time in it, all threads together."""

    def __init__(self):
        self.frames, self.processor = [], []

    def start(self):
        self.frames.append({})
        self.processor.append({})
        self.since, self.processor_since = time.perf_counter(), time.process_time()

    def lap(self, stage):
        now, processor_now = time.perf_counter(), time.process_time()
        self.frames[-1][stage] = 1000 * (now - self.since)
        self.processor[-1][stage] = 1000 * (processor_now - self.processor_since)
        self.since, self.processor_since = now, processor_now

    def summary(self):
        """Reading and writing files are counted apart: `ms` is the work between them."""

        def figures(values):
            return {"mean": statistics.fmean(values), "median": statistics.median(values)}

        def work(frames):
            return figures([sum(ms for stage, ms in frame.items() if stage not in ("read", "write")) for frame in frames])

        stages = {stage: figures([frame[stage] for frame in self.frames]) for stage in self.frames[0]}
        return {"ms": work(self.frames), "processor_ms": work(self.processor), "stages": stages}


def do_frame(network, explainer, path, class_ids, arguments, watch):
    """Everything for one picture. `class_ids`: these count as present; None: those whose probability says so."""
    width, height = arguments.input_size
    watch.start()
    pixels = Image.open(path).convert("RGB").resize((width, height), Image.BILINEAR)
    pixels = np.asarray(pixels, np.float32) / 255
    watch.lap("read")
    frame = (pixels - np.float32(arguments.mean)) / np.float32(arguments.std)
    frame = torch.from_numpy(frame).permute(2, 0, 1)[None].contiguous()
    with torch.no_grad():
        logits = network(frame)[0]
    if arguments.classes_present is not None:
        class_ids = sorted(logits.topk(arguments.classes_present).indices.tolist())
    elif class_ids is None:
        class_ids = (torch.sigmoid(logits) > arguments.class_threshold).nonzero()[:, 0].tolist()
    watch.lap("classify")
    native = {class_id: explainer.heatmap(frame, class_id) for class_id in class_ids}
    full = {class_id: full_size(native[class_id], width, height) for class_id in class_ids}
    watch.lap("explain")
    boxes = {class_id: boxes_of(full[class_id], arguments.roi_threshold) for class_id in class_ids}
    watch.lap("boxes")
    with torch.no_grad():
        maps = [partial_forward(network, frame, layer)[0] for layer in ("layer2", "layer3", "layer4")]
    watch.lap("maps")
    features = {}
    if "sl-fe" in arguments.features:
        features["slfe"] = single_pass(maps[-1], native, arguments.roi_threshold, arguments.pool)
    if "l-fe" in arguments.features:
        tissue = arguments.tissue_class
        features["lfe"] = localization_aided(maps, boxes, tissue, (width, height), arguments.pool)
    watch.lap("features")
    if arguments.out is not None:
        write(arguments.out, os.path.splitext(os.path.basename(path))[0], logits, native, full, boxes, features)
        watch.lap("write")
    return class_ids


def write(folder, name, logits, native, full, boxes, features):
    def save(what, values):
        np.save(os.path.join(folder, f"{name}.{what}.npy"), np.asarray(values, np.float32))

    save("logits", logits.numpy())
    save("gradcam_native", list(native.values()))
    save("gradcam_full", list(full.values()))
    save("boxes", [[class_id, *box] for class_id, found in boxes.items() for box in found])
    for variant, rows in features.items():
        save(variant, rows)


def do_turn(network, explainer, paths, class_ids, arguments):
    watch = Stopwatch()
    present = [len(do_frame(network, explainer, path, class_ids, arguments, watch)) for path in paths]
    summary = {"frames": len(paths), "present": statistics.fmean(present), **watch.summary()}
    print(json.dumps(summary), flush=True)


def numbers(kind, count=None):
    def parse(text):
        values = [kind(part) for part in text.split(",")]
        if count is not None and len(values) != count:
            raise argparse.ArgumentTypeError(f"{text!r} is not {count} numbers separated by commas")
        return values

    return parse


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", required=True, help="ResNet-50 state dict; keys fc.*, fc.1.*, module.*")
    parser.add_argument("--pictures", required=True, help="folder of PNG or JPEG pictures")
    parser.add_argument("--frames", type=int, help="only the first so many of them")
    parser.add_argument("--out", help="folder for .npy files of what was computed")
    parser.add_argument("--threads", type=int, default=2, help="of PyTorch and OpenCV")
    parser.add_argument("--classes-present", type=int, help="the K most probable classes count as present")
    parser.add_argument("--turns", action="store_true", help="one turn for every line of standard input")
    parser.add_argument("--backward", choices=["network", "activation"], default="network", help="how far it goes")
    parser.add_argument("--features", type=lambda text: text.split(","), default=["sl-fe"], help="sl-fe, l-fe or both")
    parser.add_argument("--pool", type=numbers(int, 3), default=[512, 1, 1], help="P,a,b with P*a*b = 512")
    parser.add_argument("--input-size", type=numbers(int, 2), default=[320, 256], help="width,height of the input")
    parser.add_argument("--mean", type=numbers(float, 3), default=MEAN)
    parser.add_argument("--std", type=numbers(float, 3), default=STD)
    parser.add_argument("--class-threshold", type=float, default=0.5)
    parser.add_argument("--roi-threshold", type=float, default=0.3)
    parser.add_argument("--tissue-class", type=int, default=10, help="its boxes are merged for L-FE")
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    torch.set_num_threads(arguments.threads)
    cv2.setNumThreads(arguments.threads)
    names = sorted(name for name in os.listdir(arguments.pictures) if name.endswith((".png", ".jpg", ".jpeg")))
    paths = [os.path.join(arguments.pictures, name) for name in names[: arguments.frames]]
    if not paths:
        sys.exit(f"{arguments.pictures} holds no PNG or JPEG picture")
    if arguments.out is not None:
        os.makedirs(arguments.out, exist_ok=True)
    network = load_network(arguments.checkpoint)
    explainer = Explainer(network, arguments.backward == "network")
    if not arguments.turns:
        do_turn(network, explainer, paths, None, arguments)
        return
    do_frame(network, explainer, paths[0], [0], arguments, Stopwatch())  # the first one is slower
    print(json.dumps({"torch": torch.__version__}), flush=True)
    for line in sys.stdin:
        turn = json.loads(line)
        arguments.out = turn["out"]
        if arguments.out is not None:
            os.makedirs(arguments.out, exist_ok=True)
        do_turn(network, explainer, paths[: turn["frames"]], turn["classIds"], arguments)


if __name__ == "__main__":
    main()
