"""How the reference's classifiers are made: which data, which head, which batch, and what their files are called."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Recipe:
    name: str
    summary: str
    data: tuple  # of the training itself
    classes: int
    batch: int
    file: str
    pretrain: bool = False  # on Cholec80 first
    dropout: float = 0.0  # before the linear layer
    prefix: str = ""  # of the checkpoint's keys
    window: int = 1  # frames the network sees at once


RECIPES = {
    recipe.name: recipe
    for recipe in (
        Recipe(
            "gc-a",
            "EndoVis18",
            ("endovis18",),
            9,
            32,
            "miccai2018_{classes}class_{network}_{size}_{batch}_lr_{rate}_dropout_{dropout}",
            dropout=0.2,
        ),
        Recipe(
            "gc-b",
            "Cholec80, then EndoVis18 with a new head",
            ("endovis18",),
            9,
            32,
            "miccai2018_{classes}class_cholec{network}_{size}_{batch}_lr_{rate}_dropout_{dropout}",
            pretrain=True,
            dropout=0.2,
        ),
        Recipe(
            "gc-c",
            "Cholec80, then EndoVis18, 11 classes",
            ("endovis18",),
            11,
            32,
            "miccai2018_{classes}class_cholec_{network}_{size}_{batch}_lr_{rate}",
            pretrain=True,
        ),
        Recipe(
            "gc-d",
            "EndoVis18 and Cholec80 together",
            ("endovis18", "cholec80"),
            11,
            170,
            "combine_miccai18_{network}_{size}_{batch}",
            prefix="module.",
        ),
        Recipe(
            "temporal",
            "EndoVis18, a ResNet and an LSTM over three frames; no Grad-CAM, no import",
            ("endovis18",),
            9,
            32,
            "miccai2018_{classes}class_{network}_LSTM3_{size}_{batch}_lr_{rate}",
            window=3,
        ),
    )
}


def file_name(recipe, arguments):
    """Without ending. Where width, backbone or size are others than the reference's, the name says so."""
    network = "ResNet" + arguments.backbone.removeprefix("resnet")
    if arguments.width != 64:
        network += f"w{arguments.width}"
    height, width = arguments.image_size
    return recipe.file.format(
        classes=arguments.classes,
        network=network,
        size=f"{height},{width}",
        batch=arguments.batch,
        rate=f"{arguments.learning_rate:g}",
        dropout=f"{recipe.dropout:g}",
    )
