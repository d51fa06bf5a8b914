"""Class names: their order is the contract of labels, of logits and of `surgicam model import --classes`."""

TISSUE = "tissue"  # the tissue being worked on; taken to be present in every frame

# The label columns of EndoVis18.
ENDOVIS18_TOOLS = (
    "bipolar_forceps",
    "prograsp_forceps",
    "large_needle_driver",
    "monopolar_curved_scissors",
    "ultrasound_probe",
    "suction",
    "clip_applier",
    "stapler",
)

# These two occur in Cholec80 only.
ALL_TOOLS = (*ENDOVIS18_TOOLS, "hook", "specimen_bag")

CLASSES = {9: (*ENDOVIS18_TOOLS, TISSUE), 11: (*ALL_TOOLS, TISSUE)}
